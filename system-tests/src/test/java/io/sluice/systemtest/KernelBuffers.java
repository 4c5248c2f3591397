package io.sluice.systemtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How much the system has taken from a broker for one of its clients that has not read it: what the broker's socket has
 * not got acknowledged, and what the client's socket holds. From {@code /proc}: Linux only.
 */
final class KernelBuffers {
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int QUEUES = 4;

    private KernelBuffers() {}

    /** In bytes. While bytes are on their way some may count twice. */
    static long unreadBytes(BrokerProcess broker, LoadClient client) throws IOException {
        String brokerPort = port(broker.port());
        String address = client.address();
        String clientPort = port(Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
        long bytes = 0;
        for (Path table : TABLES) {
            for (String line : Files.readAllLines(table)) {
                String[] columns = line.strip().split("\\s+", -1);
                if (columns[LOCAL].endsWith(brokerPort) && columns[REMOTE].endsWith(clientPort)) {
                    bytes += Long.parseLong(columns[QUEUES].split(":", -1)[0], 16);
                } else if (columns[LOCAL].endsWith(clientPort) && columns[REMOTE].endsWith(brokerPort)) {
                    bytes += Long.parseLong(columns[QUEUES].split(":", -1)[1], 16);
                }
            }
        }
        return bytes;
    }

    private static String port(int port) {
        return String.format(":%04X", port);
    }
}

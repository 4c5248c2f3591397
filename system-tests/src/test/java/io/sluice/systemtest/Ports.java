package io.sluice.systemtest;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for those that must know theirs before they listen, or come back to it. Linux only. */
final class Ports {
    private static final Path CHOSEN_BY_THE_SYSTEM = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final int FIRST = 10_000;
    private static final int ATTEMPTS = 1_000;

    private Ports() {}

    /**
     * A port on which nobody listens, and which the system gives to nobody: else another socket could have it meanwhile, or a
     * client that tries again and again to connect to it could be given it as its own and be connected to itself.
     */
    static int unused() throws IOException {
        int end = Integer.parseInt(
                Files.readAllLines(CHOSEN_BY_THE_SYSTEM).get(0).strip().split("\\s+", -1)[0]);
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, Math.max(FIRST + ATTEMPTS, end));
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (BindException e) {
                // Taken: another one.
            }
        }
        throw new IOException("no unused port below " + end);
    }
}

package io.sluice.loadtest.generator;

import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Which connections a broker on this machine still holds, from the table of sockets that Linux shows. Who does not read
 * cannot see that it was closed: the end of the stream waits behind what fills the buffers.
 */
final class BrokerEnds {
    private static final String ESTABLISHED = "01";
    private static final int LOCAL_FIELD = 1;
    private static final int REMOTE_FIELD = 2;
    private static final int STATE_FIELD = 3;

    private final int brokerPort;

    /** The clients' ports. */
    private final Set<Integer> held = new HashSet<>();

    private boolean known;

    private BrokerEnds(int brokerPort) {
        this.brokerPort = brokerPort;
    }

    /** Reads the table now, for a broker that listens on that port. */
    static BrokerEnds read(int brokerPort) {
        BrokerEnds ends = new BrokerEnds(brokerPort);
        ends.addAll(Path.of("/proc/net/tcp"));
        ends.addAll(Path.of("/proc/net/tcp6"));
        return ends;
    }

    private void addAll(Path table) {
        try {
            Files.readAllLines(table).forEach(this::add);
            known = true;
        } catch (IOException e) {
            // Not Linux, or no IPv6: what is not known does not count as closed.
            return;
        }
    }

    private void add(String line) {
        String[] fields = line.strip().split("\\s+", STATE_FIELD + 2);
        if (fields.length > STATE_FIELD
                && fields[STATE_FIELD].equals(ESTABLISHED)
                && port(fields[LOCAL_FIELD]) == brokerPort) {
            held.add(port(fields[REMOTE_FIELD]));
        }
    }

    /** The port of an address such as 0100007F:1F90. */
    private static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1), 16);
    }

    /** Whether the broker has closed a connection; false if it cannot be known. */
    boolean hasClosed(Channel channel) {
        return known
                && channel.localAddress() instanceof InetSocketAddress own
                && channel.remoteAddress() instanceof InetSocketAddress broker
                && own.getAddress().equals(broker.getAddress())
                && !held.contains(own.getPort());
    }
}

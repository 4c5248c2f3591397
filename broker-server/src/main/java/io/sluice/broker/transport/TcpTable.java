package io.sluice.broker.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringTokenizer;

/**
 * What Linux tells about the TCP connections of this machine, at one moment.
 *
 * <p>NIO says nothing about a socket that is not being read: neither that the client has closed its side nor that it has
 * reset the connection. Source: proc(5), net/tcp and net/tcp6.
 */
final class TcpTable {
    /** What has become of a connection, as far as this side knows. */
    enum State {
        OPEN,
        /** The client has ended its side. */
        PEER_CLOSED,
        /** There is no such connection any more. */
        GONE
    }

    private static final String CLOSE_WAIT = "08";

    private final Map<String, State> states = new HashMap<>();

    /** Reads the tables; both empty where there are none, as on other systems. */
    static TcpTable read() {
        TcpTable table = new TcpTable();
        table.add(Path.of("/proc/net/tcp"));
        table.add(Path.of("/proc/net/tcp6"));
        return table;
    }

    private void add(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            // Not Linux, or not allowed: then nothing is known, see isEmpty().
            return;
        }
        for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            StringTokenizer fields = new StringTokenizer(line);
            fields.nextToken();
            String key = key(fields.nextToken(), fields.nextToken());
            State state = fields.nextToken().equals(CLOSE_WAIT) ? State.PEER_CLOSED : State.OPEN;
            // Only the end of an address is compared; where two look the same, the one that is open counts.
            states.merge(key, state, (one, other) -> one == other ? one : State.OPEN);
        }
    }

    /** Whether nothing could be learned. */
    boolean isEmpty() {
        return states.isEmpty();
    }

    State stateOf(InetSocketAddress local, InetSocketAddress remote) {
        return states.getOrDefault(key(hex(local), hex(remote)), State.GONE);
    }

    private static String key(String local, String remote) {
        return end(local) + "-" + end(remote);
    }

    /** The last four bytes of the address, and the port: the same for an IPv4 address and its IPv6 form. */
    private static String end(String address) {
        int colon = address.indexOf(':');
        return address.substring(colon - 8);
    }

    /** As the kernel prints it: four bytes at a time as a number in the machine's own order. */
    private static String hex(InetSocketAddress address) {
        byte[] bytes = address.getAddress().getAddress();
        int lastWord = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt(bytes.length - 4);
        return String.format(Locale.ROOT, "%08X:%04X", lastWord, address.getPort());
    }
}

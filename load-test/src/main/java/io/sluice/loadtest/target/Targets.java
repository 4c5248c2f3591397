package io.sluice.loadtest.target;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** All that one call measures, and the processes started for it, which end with {@link #close}. */
public final class Targets implements AutoCloseable {
    private static final int CONNECT_MS = 5_000;

    private final List<Target> all = new ArrayList<>();
    private final List<OwnProcess> processes = new ArrayList<>();

    /** In the order of their turns. */
    public List<Target> all() {
        return List.copyOf(all);
    }

    public void add(Target target) {
        all.add(target);
    }

    /** Takes over a process; it is a target of its own, and ends when this is closed. */
    public void add(OwnProcess process, Target target) {
        processes.add(process);
        all.add(target);
    }

    /**
     * Connects once.
     *
     * @throws IOException if nobody listens there; the message has the address
     */
    public static void checkReachable(InetSocketAddress address) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getByName(address.getHostString()), address.getPort()),
                    CONNECT_MS);
        } catch (java.net.UnknownHostException e) {
            throw new IOException("cannot connect to " + Addresses.text(address) + ": the name cannot be resolved", e);
        } catch (IOException e) {
            throw new IOException("cannot connect to " + Addresses.text(address) + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        processes.forEach(OwnProcess::close);
        processes.clear();
    }
}

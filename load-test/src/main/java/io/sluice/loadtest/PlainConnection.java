package io.sluice.loadtest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.loadtest.target.Addresses;
import io.sluice.loadtest.target.Target;
import io.sluice.loadtest.wire.WireException;
import io.sluice.loadtest.wire.WireFormat;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** One connection that is used now and then, by one thread that waits: for what is not measured by the message. */
final class PlainConnection implements AutoCloseable {
    private static final int CONNECT_MS = 5_000;
    private static final int READ_BYTES = 64 * 1024;

    private final Target target;
    private final WireFormat wire;
    private final Socket socket = new Socket();
    private final ByteBuf unread = Unpooled.buffer();
    private final WireFormat.Inbound inbound;
    private final Seen seen = new Seen();

    private PlainConnection(Target target, boolean subscriber) throws IOException {
        this.target = target;
        this.wire = target.wire();
        this.inbound = wire.newInbound(subscriber);
        InetSocketAddress address = target.address();
        socket.connect(
                new InetSocketAddress(InetAddress.getByName(address.getHostString()), address.getPort()), CONNECT_MS);
        socket.setTcpNoDelay(true);
    }

    /** One that publishes, ready to do so. */
    static PlainConnection publisher(Target target, String id) throws IOException {
        return open(target, false, out -> target.wire().openPublisher(out, id));
    }

    /** One that subscribes; where the protocol confirms that, it has. */
    static PlainConnection subscriber(Target target, String id, String destination) throws IOException {
        return open(target, true, out -> target.wire().openSubscriber(out, id, destination, false));
    }

    private static PlainConnection open(Target target, boolean subscriber, Text opening) throws IOException {
        PlainConnection connection = new PlainConnection(target, subscriber);
        try {
            connection.write(opening);
            if (target.wire().confirms() && !connection.await(() -> connection.seen.ready, CONNECT_MS)) {
                throw new IOException(
                        Addresses.text(target.address()) + " did not confirm within " + CONNECT_MS + " ms");
            }
            return connection;
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    void publish(String destination, byte[] payload) throws IOException {
        write(out -> {
            wire.beginMessage(out, wire.encodeDestination(destination), payload.length);
            out.writeBytes(payload);
            wire.endMessage(out);
        });
    }

    /** Waits until any message has come; false if none did in time. */
    boolean awaitMessage(int timeoutMs) throws IOException {
        return await(() -> seen.messages > 0, timeoutMs);
    }

    /** Says goodbye as the protocol has it; {@link #close} is still due. */
    void leave() throws IOException {
        write(wire::close);
    }

    /** Makes {@link #close} a reset, as when a process dies. */
    void breakOff() throws IOException {
        socket.setSoLinger(true, 0);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing more is expected of it.
        }
    }

    private interface Text {
        void write(ByteBuf out);
    }

    private interface Condition {
        boolean holds();
    }

    private void write(Text text) throws IOException {
        ByteBuf out = Unpooled.buffer();
        text.write(out);
        out.readBytes(socket.getOutputStream(), out.readableBytes());
    }

    private boolean await(Condition condition, int timeoutMs) throws IOException {
        long deadlineNs = System.nanoTime() + timeoutMs * 1_000_000L;
        while (!condition.holds()) {
            long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0 || !read((int) leftMs)) {
                return condition.holds();
            }
        }
        return true;
    }

    /** Reads once; false if nothing came in time. */
    private boolean read(int timeoutMs) throws IOException {
        socket.setSoTimeout(timeoutMs);
        try {
            byte[] bytes = new byte[READ_BYTES];
            int count = socket.getInputStream().read(bytes);
            if (count < 0) {
                throw new IOException(Addresses.text(target.address()) + " closed the connection");
            }
            unread.writeBytes(bytes, 0, count);
            inbound.decode(unread, seen);
            unread.discardReadBytes();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (WireException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private final class Seen implements WireFormat.Sink {
        private boolean ready;
        private long messages;

        @Override
        public void onPayload(ByteBuf buffer, int index, int length) {
            messages++;
        }

        @Override
        public void onReady() {
            ready = true;
        }

        @Override
        public void reply(ByteBuf bytes) {
            try {
                bytes.readBytes(socket.getOutputStream(), bytes.readableBytes());
            } catch (IOException e) {
                // The next read or write says so too.
            } finally {
                bytes.release();
            }
        }
    }
}

package plainsocket;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One connection to a broker, over a blocking socket and its streams.
 *
 * <p>A frame is an unsigned 32-bit big-endian length and that many bytes. The client sends one frame that names what it
 * subscribes to, then pairs of frames: destination, payload. It receives one frame per message: the payload.
 *
 * <p>One thread may read while another writes. Reading has deadlines; writing blocks until the socket takes all, or is
 * closed.
 */
public final class PlainClient implements AutoCloseable {
    /** The zero-length frame that takes leave. */
    static final byte[] GOODBYE = new byte[4];

    private static final int CONNECT_TIMEOUT_MS = 10_000;
    private static final int READ_BYTES = 64 * 1024;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    // What was read and not yet taken. Kept across a timeout, so that a frame that came half is not lost.
    private byte[] buffer = new byte[READ_BYTES];
    private int start;
    private int end;

    /** How a stream ended: between two frames, inside one, or by a reset. */
    public enum Ending {
        CLEAN,
        TORN,
        RESET
    }

    /** What came until the broker closed: whole frames, and how the stream ended. */
    public record Rest(List<byte[]> frames, Ending ending) {
        @Override
        public String toString() {
            return frames.size() + " messages, then end of stream (" + ending + ")";
        }
    }

    /** The broker closed the connection. */
    public static final class ClosedByBroker extends IOException {
        private static final long serialVersionUID = 1L;

        private final Ending ending;

        ClosedByBroker(Ending ending) {
            super("the broker closed the connection (" + ending + ")");
            this.ending = ending;
        }

        /** How the stream ended. */
        public Ending ending() {
            return ending;
        }
    }

    /** Connects with the receive buffer that the system chooses. */
    public PlainClient(String host, int port) throws IOException {
        this(host, port, 0);
    }

    /**
     * Connects with a receive buffer of so many bytes; 0 leaves it to the system.
     *
     * @throws ConnectException when nobody listens there
     * @throws ClosedByBroker when the broker closed at once
     */
    public PlainClient(String host, int port, int receiveBufferBytes) throws IOException {
        socket = new Socket();
        try {
            if (receiveBufferBytes > 0) {
                // Before the connection is made: later the window no longer follows it.
                socket.setReceiveBufferSize(receiveBufferBytes);
            }
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(host, port), CONNECT_TIMEOUT_MS);
            in = socket.getInputStream();
            out = socket.getOutputStream();
        } catch (ConnectException e) {
            socket.close();
            throw e;
        } catch (SocketException e) {
            // It was let in and reset before we looked.
            socket.close();
            throw new ClosedByBroker(Ending.RESET);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** A destination as it goes on the wire. */
    public static byte[] utf8(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    /** One frame. */
    public static byte[] frame(byte[] body) {
        return join(length(body.length), body);
    }

    /** What publishes one message: two frames. The destination is taken as it is, so that it may be invalid. */
    public static byte[] pair(byte[] destination, byte[] payload) {
        return join(frame(destination), frame(payload));
    }

    /** What publishes one message: two frames. */
    public static byte[] pair(String destination, byte[] payload) {
        return pair(utf8(destination), payload);
    }

    /** The four bytes before a frame of that length, taken as unsigned. */
    public static byte[] length(int bytes) {
        return ByteBuffer.allocate(4).putInt(bytes).array();
    }

    /** Byte arrays one after the other. */
    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    /** Sends the first frame. */
    public void subscribe(String destination) throws IOException {
        send(frame(utf8(destination)));
    }

    /** Sends one pair. */
    public void publish(String destination, byte[] payload) throws IOException {
        send(pair(destination, payload));
    }

    /** Takes leave: the broker sends what it holds for this client, and closes. */
    public void goodbye() throws IOException {
        send(GOODBYE);
    }

    /** Sends bytes as they are. */
    public void send(byte[] bytes) throws IOException {
        send(bytes, 0, bytes.length);
    }

    /** Sends bytes as they are. */
    public void send(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (SocketException e) {
            throw closedOr(e);
        }
    }

    /** Sends bytes that the broker may refuse before it has read all of them. */
    public void sendUnlessClosed(byte[] bytes) throws IOException {
        try {
            send(bytes);
        } catch (ClosedByBroker e) {
            // Whoever called looks for the end of the stream next.
        }
    }

    /** The next message, within 10 s. */
    public byte[] receive() throws IOException {
        return receive(10_000);
    }

    /**
     * The next message.
     *
     * @throws SocketTimeoutException when there was none, or not all of it, within the time
     * @throws ClosedByBroker when there is no more
     */
    public byte[] receive(long timeoutMs) throws IOException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        await(4, deadlineNs);
        int length = ByteBuffer.wrap(buffer, start, 4).getInt();
        if (length < 0) {
            throw new IOException("a frame of " + Integer.toUnsignedString(length) + " bytes came");
        }
        await(4 + length, deadlineNs);
        byte[] message = Arrays.copyOfRange(buffer, start + 4, start + 4 + length);
        start += 4 + length;
        return message;
    }

    /** So many messages, all within 20 s. */
    public List<byte[]> receiveMany(int count) throws IOException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        List<byte[]> messages = new ArrayList<>(count);
        while (messages.size() < count) {
            messages.add(receive(remainingMs(deadlineNs)));
        }
        return messages;
    }

    /**
     * All messages until the broker closes.
     *
     * @throws SocketTimeoutException when it has not closed within the time
     */
    public Rest receiveRest(long timeoutMs) throws IOException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        List<byte[]> messages = new ArrayList<>();
        while (true) {
            try {
                messages.add(receive(remainingMs(deadlineNs)));
            } catch (ClosedByBroker closed) {
                return new Rest(messages, closed.ending());
            }
        }
    }

    /** Sends a FIN and goes on reading. */
    public void halfClose() throws IOException {
        try {
            socket.shutdownOutput();
        } catch (SocketException e) {
            throw closedOr(e);
        }
    }

    /** Closes with a RST: what the broker has not read is lost. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Closes: a FIN, unless something came that was not read. May be called twice. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    private void await(int count, long deadlineNs) throws IOException {
        while (end - start < count) {
            makeRoom(count);
            socket.setSoTimeout((int) remainingMs(deadlineNs));
            int read;
            try {
                read = in.read(buffer, end, buffer.length - end);
            } catch (SocketTimeoutException e) {
                throw new SocketTimeoutException("no whole message came in time");
            } catch (SocketException e) {
                throw closedOr(e);
            }
            if (read < 0) {
                throw new ClosedByBroker(end > start ? Ending.TORN : Ending.CLEAN);
            }
            end += read;
        }
    }

    // Grows with the bytes that came, and not on the word of a length.
    private void makeRoom(int count) {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            start = 0;
        }
        if (end == buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(READ_BYTES, Math.min(2 * buffer.length, count + READ_BYTES)));
        }
    }

    private IOException closedOr(SocketException e) {
        return socket.isClosed() ? e : new ClosedByBroker(Ending.RESET);
    }

    // At least 1: 0 would wait for ever.
    private static long remainingMs(long deadlineNs) {
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime()));
    }
}

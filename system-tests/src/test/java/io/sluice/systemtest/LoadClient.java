package io.sluice.systemtest;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * A client of the native protocol that can send and receive at full rate: one non-blocking socket, served by a
 * {@link LoadLoop} together with others.
 *
 * <p>It subscribes, then publishes what its {@link Feed} gives it, many messages with one write, and gives what comes to
 * its {@link Inbox}. When the feed ends it says goodbye, and then reads to the end of the stream: that is the broker's word
 * that all it sent was routed.
 */
final class LoadClient implements AutoCloseable {
    private static final int OUT_BYTES = 256 * 1024;
    private static final int IN_BYTES = 256 * 1024;

    /** So much is put together before it is written, if there is so much. */
    private static final int WRITE_BYTES = 64 * 1024;

    private static final int ROUNDS = 4;
    private static final int HEADER_BYTES = 4;

    private final LoadLoop loop;
    private final SocketChannel channel;
    private final Feed feed;
    private final Inbox inbox;

    // The loop's.
    private SelectionKey key;
    private final ByteBuffer out = ByteBuffer.allocateDirect(OUT_BYTES);
    private byte[] in = new byte[IN_BYTES];
    private ByteBuffer inView = ByteBuffer.wrap(in);
    private int start;
    private int end;
    private boolean feedEnded;
    private boolean saysGoodbye;
    private boolean saidGoodbye;
    private long takenBytes;
    private long receivedMessages;
    private boolean throttled;
    private LongSupplier mayHaveRead = () -> Long.MAX_VALUE;

    // Written by the loop, read by anyone.
    private volatile long writtenBytes;
    private volatile boolean blocked;
    private volatile boolean ended;

    private LoadClient(LoadLoop loop, SocketChannel channel, byte[] firstBytes, Feed feed, Inbox inbox) {
        this.loop = loop;
        this.channel = channel;
        this.feed = feed;
        this.inbox = inbox;
        out.put(firstBytes);
        loop.execute(this::begin);
    }

    /** A client that publishes, and subscribes to nothing. */
    static LoadClient publisher(LoadLoop loop, BrokerProcess broker, Feed feed) throws IOException {
        return open(loop, broker, 0, frame("/null"), feed, Inbox.NOTHING);
    }

    /** A client that subscribes, and publishes nothing. */
    static LoadClient subscriber(LoadLoop loop, BrokerProcess broker, String destination, Inbox inbox)
            throws IOException {
        return open(loop, broker, 0, frame(destination), Feed.NOTHING, inbox);
    }

    /**
     * A client that does both.
     *
     * @param receiveBufferBytes of its socket; 0 leaves it to the system
     * @param firstBytes what it sends first, as it goes on the wire: its subscription, and perhaps pairs
     */
    static LoadClient open(
            LoadLoop loop, BrokerProcess broker, int receiveBufferBytes, byte[] firstBytes, Feed feed, Inbox inbox)
            throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            if (receiveBufferBytes > 0) {
                // Before the connection is made: later the window no longer follows it.
                channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBufferBytes);
            }
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(new InetSocketAddress(broker.host(), broker.port()));
            channel.configureBlocking(false);
            return new LoadClient(loop, channel, firstBytes, feed, inbox);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** A text as one frame. */
    static byte[] frame(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(HEADER_BYTES + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    /** Its address as the broker sees and logs it. */
    String address() throws IOException {
        InetSocketAddress local = (InetSocketAddress) channel.getLocalAddress();
        return local.getAddress().getHostAddress() + ":" + local.getPort();
    }

    /** Reads nothing until {@link #startReading}. What the system takes for it stays there. */
    void stopReading() {
        loop.execute(() -> interest(SelectionKey.OP_READ, false));
    }

    void startReading() {
        loop.execute(() -> interest(SelectionKey.OP_READ, true));
    }

    /** From now on it reads no more when it has received as many messages as are allowed by then, or a read more. */
    void readAtMost(LongSupplier allowed) {
        loop.execute(() -> mayHaveRead = allowed);
    }

    /** Says goodbye behind all that its feed has given, and asks the feed no more. */
    void goodbye() {
        loop.execute(() -> {
            feedEnded = true;
            saysGoodbye = true;
        });
    }

    /** Whether the system takes no more of what it sends. */
    boolean isBlocked() {
        return blocked;
    }

    /** Bytes the system has taken. */
    long writtenBytes() {
        return writtenBytes;
    }

    /** Whether it has read to the end of the stream, after its goodbye. */
    boolean hasEnded() {
        return ended;
    }

    // ---------------------------------------------------------------- the loop

    private void begin() {
        try {
            key = channel.register(loop.selector(), SelectionKey.OP_READ, this);
            loop.add(this);
        } catch (IOException e) {
            fail(e);
        }
    }

    /** Whether it may have something to do later that its socket does not tell. */
    boolean mayHaveMore() {
        return throttled || !feedEnded && !blocked && feed != Feed.NOTHING;
    }

    /** Reads on, if it had read as much as was allowed and may now read more. */
    void readOn() {
        if (throttled && receivedMessages < mayHaveRead.getAsLong()) {
            throttled = false;
            interest(SelectionKey.OP_READ, true);
        }
    }

    /** Writes what there is, if the system takes it; false when there was nothing to do. */
    boolean send() {
        boolean progress = false;
        try {
            for (int round = 0; round < ROUNDS && !blocked && channel.isOpen(); round++) {
                gather();
                if (out.position() == 0) {
                    return progress;
                }
                write();
                progress = true;
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
        return progress;
    }

    private void gather() {
        if (!feedEnded && out.position() < WRITE_BYTES && !feed.fill(out)) {
            feedEnded = true;
            saysGoodbye = true;
        }
        if (saysGoodbye && !saidGoodbye) {
            if (out.remaining() < HEADER_BYTES) {
                throw new BufferOverflowException();
            }
            out.putInt(0);
            saidGoodbye = true;
        }
    }

    private void write() throws IOException {
        out.flip();
        int written = channel.write(out);
        boolean all = !out.hasRemaining();
        out.compact();
        takenBytes += written;
        writtenBytes = takenBytes;
        if (blocked == all) {
            blocked = !all;
            interest(SelectionKey.OP_WRITE, !all);
        }
    }

    void ready(SelectionKey ready) {
        try {
            if (ready.isValid() && ready.isWritable()) {
                blocked = false;
                interest(SelectionKey.OP_WRITE, false);
                send();
            }
            if (ready.isValid() && ready.isReadable()) {
                read();
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    private void read() throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            if (receivedMessages >= mayHaveRead.getAsLong()) {
                throttled = true;
                interest(SelectionKey.OP_READ, false);
                return;
            }
            makeRoom();
            inView.limit(in.length).position(end);
            int room = in.length - end;
            int count = channel.read(inView);
            if (count < 0) {
                endOfStream();
                return;
            }
            end += count;
            takeFrames();
            if (count < room) {
                return;
            }
        }
    }

    private void takeFrames() {
        while (end - start >= HEADER_BYTES) {
            int length = inView.order(ByteOrder.BIG_ENDIAN).getInt(start);
            if (length < 0 || length > 1 << 24) {
                throw new AssertionError("a frame of " + Integer.toUnsignedString(length) + " bytes came");
            }
            if (end - start - HEADER_BYTES < length) {
                break;
            }
            inbox.message(in, start + HEADER_BYTES, length);
            start += HEADER_BYTES + length;
            receivedMessages++;
        }
        inbox.endOfRead();
    }

    private void makeRoom() {
        if (start == end) {
            start = 0;
            end = 0;
        } else if (in.length - end < IN_BYTES / 2) {
            System.arraycopy(in, start, in, 0, end - start);
            end -= start;
            start = 0;
        }
        if (end == in.length) {
            in = Arrays.copyOf(in, 2 * in.length);
            inView = ByteBuffer.wrap(in);
        }
    }

    private void endOfStream() throws IOException {
        if (end > start) {
            throw new EOFException("the stream ended within a frame, " + (end - start) + " bytes after its beginning");
        }
        if (!saidGoodbye) {
            throw new EOFException("the broker closed a client that had not said goodbye");
        }
        closeNow();
        ended = true;
    }

    private void fail(Throwable cause) {
        loop.failed(cause);
        closeNow();
    }

    private void interest(int operation, boolean on) {
        if (key.isValid()) {
            key.interestOps(on ? key.interestOps() | operation : key.interestOps() & ~operation);
        }
    }

    void closeNow() {
        blocked = false;
        loop.remove(this);
        try {
            channel.close();
        } catch (IOException e) {
            loop.failed(e);
        }
    }

    /** Closes it as it is. May be called twice. */
    @Override
    public void close() {
        loop.execute(this::closeNow);
    }
}

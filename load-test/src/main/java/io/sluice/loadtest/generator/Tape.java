package io.sluice.loadtest.generator;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.loadtest.wire.WireFormat;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Messages of a publisher, encoded before the run: to send some, their stamps are written where they lie and a stretch of
 * the tape is copied out. At its end it begins anew. Messages go to the publisher's destinations in turn.
 *
 * <p>Belongs to the publishers' loop; publishers with the same destinations share one.
 */
final class Tape {
    /** The most that is written at once, unless one message is larger. */
    static final int BATCH_BYTES = 64 * 1024;

    /** Where messages differ: at least so much, and enough of them for all sizes to come up. */
    private static final int MIXED_BYTES = 4 * BATCH_BYTES;

    private static final int MIXED_MESSAGES = 1024;

    /** Of large messages fewer will have to do. */
    private static final int ENOUGH_MIXED_BYTES = 32 * 1024 * 1024;

    private static final long MAX_BYTES = 256L * 1024 * 1024;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;

    /** Where each message begins, and where the last ends. */
    private final int[] starts;

    /** Where the payload of each message begins. */
    private final int[] payloads;

    /** For each message: where a batch ends that begins with it. */
    private final int[] batchEnds;

    /** For each message: how many before it go to destinations that somebody reads. */
    private final int[] readBefore;

    private final int slots;
    private final boolean uniform;

    private Tape(byte[] bytes, int[] starts, int[] payloads, boolean[] read, boolean uniform) {
        this.uniform = uniform;
        this.bytes = bytes;
        this.starts = starts;
        this.payloads = payloads;
        this.slots = read.length;
        int messages = payloads.length;
        batchEnds = new int[messages];
        readBefore = new int[messages + 1];
        int end = 0;
        for (int i = 0; i < messages; i++) {
            end = Math.max(end, i + 1);
            while (end < messages && starts[end + 1] - starts[i] <= BATCH_BYTES) {
                end++;
            }
            batchEnds[i] = end;
            readBefore[i + 1] = readBefore[i] + (read[i % slots] ? 1 : 0);
        }
    }

    /**
     * Encodes messages.
     *
     * @param destinations of the publisher, in the order in which it sends to them
     * @param read whether somebody reads each of them
     * @throws IllegalArgumentException if they take too much memory
     */
    static Tape record(WireFormat wire, List<String> destinations, boolean[] read, Sizes sizes) {
        byte[][] encoded = destinations.stream().map(wire::encodeDestination).toArray(byte[][]::new);
        boolean uniform = sizes.isFixed() && encoded.length == 1;
        int leastBytes = uniform ? BATCH_BYTES : MIXED_BYTES;
        int mixed = sizes.isFixed() ? 1 : (int) Math.min(MIXED_MESSAGES, 1 + ENOUGH_MIXED_BYTES / sizes.mean());
        int leastMessages = Math.max(mixed, encoded.length);
        if (leastMessages * sizes.mean() > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "messages of " + sizes + " to " + encoded.length + " destinations would take more than "
                            + (MAX_BYTES >> 20) + " MiB to prepare: take fewer destinations or smaller messages");
        }
        // The same seed for everybody: runs that are compared send the same.
        Random random = new Random(1);
        IntStream.Builder starts = IntStream.builder().add(0);
        IntStream.Builder payloads = IntStream.builder();
        ByteBuf out = Unpooled.buffer(leastBytes);
        int messageBytes = 0;
        for (int i = 0;
                i < leastMessages || i % encoded.length != 0 || out.writerIndex() + messageBytes <= leastBytes;
                i++) {
            int begin = out.writerIndex();
            payloads.add(encode(wire, encoded[i % encoded.length], sizes.draw(random), out));
            starts.add(out.writerIndex());
            messageBytes = out.writerIndex() - begin;
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return new Tape(bytes, starts.build().toArray(), payloads.build().toArray(), read, uniform);
    }

    /** Appends a message. Returns where its payload begins. */
    private static int encode(WireFormat wire, byte[] destination, int payloadBytes, ByteBuf out) {
        wire.beginMessage(out, destination, payloadBytes);
        int payload = out.writerIndex();
        for (int i = 0; i < payloadBytes; i++) {
            out.writeByte('a' + i % 26);
        }
        wire.endMessage(out);
        return payload;
    }

    /** Whether all messages are the same but for their stamps, and the tape no longer than a batch. */
    boolean isUniform() {
        return uniform;
    }

    int messages() {
        return payloads.length;
    }

    /** Where a batch ends that begins with message {@code from} and has at most {@code most} messages. */
    int batchEnd(int from, int most) {
        return Math.min(batchEnds[from], (int) Math.min(Integer.MAX_VALUE, (long) from + most));
    }

    /** How many of a stretch go to destinations that somebody reads. */
    int read(int from, int to) {
        return readBefore[to] - readBefore[from];
    }

    /**
     * Stamps a stretch of messages that are sent at one time.
     *
     * @param next the next stamp for each of the publisher's destinations; moves on
     */
    void stamp(int from, int to, long[] next, long time) {
        if (next.length == 1) {
            long stamp = next[0];
            for (int i = from; i < to; i++) {
                put(i, stamp++, time);
            }
            next[0] = stamp;
        } else {
            int slot = from % slots;
            for (int i = from; i < to; i++) {
                put(i, next[slot]++, time);
                slot = slot + 1 == slots ? 0 : slot + 1;
            }
        }
    }

    private void put(int message, long stamp, long time) {
        int at = payloads[message];
        LONGS.set(bytes, at, stamp);
        LONGS.set(bytes, at + Stamp.TIME_OFFSET, time);
    }

    int bytes(int from, int to) {
        return starts[to] - starts[from];
    }

    void copy(int from, int to, ByteBuf out) {
        out.writeBytes(bytes, starts[from], bytes(from, to));
    }
}

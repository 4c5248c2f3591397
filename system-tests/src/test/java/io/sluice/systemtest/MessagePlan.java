package io.sluice.systemtest;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/**
 * The size and the content of every message of a run, all from a seed: who receives a message can tell whether it is, byte
 * for byte, the one that was due.
 *
 * <p>A payload begins with the number of its publisher (one byte) and its sequence number (eight bytes, the low one
 * first), as far as it is long enough; the rest follows from the seed and these.
 */
final class MessagePlan {
    static final int MAX_PUBLISHERS = 256;

    /** From this size on a payload tells which one it is. */
    static final int IDENTIFIED_BYTES = 1 + Long.BYTES;

    private static final int LARGEST = 64 * 1024;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long seed;
    private final Sizes sizes;
    private final byte[] noise = new byte[2 * LARGEST];

    /** The sizes of a run. */
    interface Sizes {
        /** The size, from 0 to 64 KiB, that follows from a random number. */
        int size(long random);

        /** All sizes from {@code least} to {@code most} alike. */
        static Sizes between(int least, int most) {
            return random -> least + Math.floorMod(random, most - least + 1);
        }

        /** 0 to 64 KiB: of ten messages one is empty and one the largest, four are small. */
        static Sizes mixed() {
            return random -> {
                int rest = (int) (random >>> 8 & 0xFFFF);
                switch (Math.floorMod(random, 10)) {
                    case 0:
                        return 0;
                    case 1:
                        return LARGEST;
                    case 2:
                    case 3:
                    case 4:
                    case 5:
                        return rest % 1024;
                    default:
                        return rest;
                }
            };
        }
    }

    MessagePlan(long seed, Sizes sizes) {
        this.seed = seed;
        this.sizes = sizes;
        new Random(seed).nextBytes(noise);
    }

    /** The size of a message in bytes. */
    int size(int publisher, int destination, long sequence) {
        return sizes.size(random(publisher, destination, sequence));
    }

    /** Puts a payload of a size that {@link #size} gave. */
    void write(ByteBuffer out, int publisher, int destination, long sequence, int size) {
        if (size >= IDENTIFIED_BYTES) {
            out.put((byte) publisher).putLong(Long.reverseBytes(sequence));
            out.put(noise, noiseAt(publisher, destination, sequence), size - IDENTIFIED_BYTES);
            return;
        }
        for (int i = 0; i < size; i++) {
            out.put(i == 0 ? (byte) publisher : (byte) (sequence >>> 8 * (i - 1)));
        }
    }

    /** Whether a payload is that message. */
    boolean matches(byte[] bytes, int offset, int length, int publisher, int destination, long sequence) {
        if (length != size(publisher, destination, sequence)) {
            return false;
        }
        if (length < IDENTIFIED_BYTES) {
            ByteBuffer expected = ByteBuffer.allocate(length);
            write(expected, publisher, destination, sequence, length);
            return Arrays.equals(expected.array(), 0, length, bytes, offset, offset + length);
        }
        int from = noiseAt(publisher, destination, sequence);
        int content = offset + IDENTIFIED_BYTES;
        return publisherOf(bytes, offset) == publisher
                && sequenceOf(bytes, offset) == sequence
                && Arrays.equals(noise, from, from + length - IDENTIFIED_BYTES, bytes, content, offset + length);
    }

    /** The publisher of a payload that is not empty. */
    static int publisherOf(byte[] bytes, int offset) {
        return bytes[offset] & 0xFF;
    }

    /** The sequence number of a payload of {@link #IDENTIFIED_BYTES} or more. */
    static long sequenceOf(byte[] bytes, int offset) {
        return (long) LONG.get(bytes, offset + 1);
    }

    private int noiseAt(int publisher, int destination, long sequence) {
        return (int) (random(publisher, destination, sequence) >>> 32) & LARGEST - 1;
    }

    /** The finalizer of MurmurHash3, whose results all depend on every bit. */
    private long random(int publisher, int destination, long sequence) {
        long mixed = seed + sequence * 0x9E3779B97F4A7C15L + ((long) publisher << 32) + ((long) destination << 48);
        mixed = (mixed ^ mixed >>> 33) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ mixed >>> 33) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ mixed >>> 33;
    }
}

package io.sluice.loadtest.generator;

/**
 * What a payload begins with: a long that says whose message it is and its number, then a long with the time of sending
 * ({@link System#nanoTime()} of this process), both big-endian.
 *
 * <p>The first long, from its highest bit: 10 bits that mark the run, so that payloads of others are recognised; 12 bits
 * with the publisher; 42 bits with the number, from 0 for each publisher and destination.
 */
public final class Stamp {
    /** Bytes of a stamp, and so of the smallest payload. */
    public static final int BYTES = 16;

    /** Where the time stands. */
    static final int TIME_OFFSET = 8;

    /** In place of a publisher's number: a probe, which is not counted. */
    static final int PROBE = 0xfff;

    /** Publishers are numbered from 0 to one less. */
    static final int MAX_PUBLISHERS = PROBE;

    /** Markers go from 1 to this. */
    static final int MAX_MARKER = 0x3ff;

    private static final int NUMBER_BITS = 42;
    private static final int PUBLISHER_BITS = 12;
    private static final long NUMBER_MASK = (1L << NUMBER_BITS) - 1;

    private Stamp() {}

    static long of(int marker, int publisher, long number) {
        return (long) marker << (NUMBER_BITS + PUBLISHER_BITS) | (long) publisher << NUMBER_BITS | number;
    }

    static int marker(long stamp) {
        return (int) (stamp >>> (NUMBER_BITS + PUBLISHER_BITS));
    }

    static int publisher(long stamp) {
        return (int) (stamp >>> NUMBER_BITS) & PROBE;
    }

    static long number(long stamp) {
        return stamp & NUMBER_MASK;
    }
}

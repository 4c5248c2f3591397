package io.sluice.broker.metrics;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long things took, in a few buckets. One thread at a time records, without a locked instruction or an allocation; any
 * thread may look, and sees each record soon, though perhaps not yet in both the bucket and the sum.
 */
public final class DelayHistogram {
    private static final long[] UPPER_BOUNDS_NS = DelaySnapshot.UPPER_BOUNDS_SECONDS.stream()
            .mapToLong(seconds -> Math.round(seconds * 1e9))
            .toArray();
    private static final int BUCKETS = UPPER_BOUNDS_NS.length + 1;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

    /** Seconds, as the bits of a double: nanoseconds of fifty million messages a second would overflow a long. */
    private final AtomicLong sumBits = new AtomicLong();

    /** So many things took so long; less than nothing counts as nothing. */
    public void record(long tookNs, long times) {
        long delayNs = Math.max(0, tookNs);
        int bucket = 0;
        while (bucket < UPPER_BOUNDS_NS.length && delayNs > UPPER_BOUNDS_NS[bucket]) {
            bucket++;
        }
        add(bucket, times);
        addSeconds(delayNs * 1e-9 * times);
    }

    /** All that another has recorded. */
    public void addAll(DelayHistogram other) {
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            add(bucket, other.counts.getOpaque(bucket));
        }
        addSeconds(Double.longBitsToDouble(other.sumBits.getOpaque()));
    }

    private void add(int bucket, long times) {
        counts.setOpaque(bucket, counts.getPlain(bucket) + times);
    }

    private void addSeconds(double seconds) {
        sumBits.setOpaque(Double.doubleToRawLongBits(Double.longBitsToDouble(sumBits.getPlain()) + seconds));
    }

    public DelaySnapshot snapshot() {
        long[] now = new long[BUCKETS];
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            now[bucket] = counts.getOpaque(bucket);
        }
        return new DelaySnapshot(now, Double.longBitsToDouble(sumBits.getOpaque()));
    }
}

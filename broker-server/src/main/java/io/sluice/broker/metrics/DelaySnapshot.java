package io.sluice.broker.metrics;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@link DelayHistogram} held at one moment. Immutable. */
public final class DelaySnapshot {
    /** Upper bounds of all buckets but the last, which has none; in seconds. */
    public static final List<Double> UPPER_BOUNDS_SECONDS =
            List.of(0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0);

    /** Of nothing. */
    public static final DelaySnapshot EMPTY = new DelaySnapshot(new long[UPPER_BOUNDS_SECONDS.size() + 1], 0);

    private final long[] counts;
    private final double sumSeconds;

    DelaySnapshot(long[] counts, double sumSeconds) {
        this.counts = counts;
        this.sumSeconds = sumSeconds;
    }

    /** How many buckets there are, the one without upper bound included. */
    public int buckets() {
        return counts.length;
    }

    /** How many were in a bucket: longer than the bound before, at most as long as its own. */
    public long count(int bucket) {
        return counts[bucket];
    }

    /** How many in all. */
    public long count() {
        return Arrays.stream(counts).sum();
    }

    /** All delays together, in seconds. */
    public double sumSeconds() {
        return sumSeconds;
    }

    /**
     * How long the share {@code quantile} (above 0, at most 1) took at most, in ms, evenly spread within its bucket; what took longer than
     * the last bound counts as that. 0 if there is nothing.
     */
    public double quantileMs(double quantile) {
        double rank = quantile * count();
        double below = 0;
        for (int bucket = 0; bucket < UPPER_BOUNDS_SECONDS.size(); bucket++) {
            if (counts[bucket] > 0 && below + counts[bucket] >= rank) {
                double from = bucket == 0 ? 0 : UPPER_BOUNDS_SECONDS.get(bucket - 1);
                double to = UPPER_BOUNDS_SECONDS.get(bucket);
                return 1000 * (from + (to - from) * (rank - below) / counts[bucket]);
            }
            below += counts[bucket];
        }
        return rank == 0 ? 0 : 1000 * UPPER_BOUNDS_SECONDS.get(UPPER_BOUNDS_SECONDS.size() - 1);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DelaySnapshot that
                && Arrays.equals(counts, that.counts)
                && sumSeconds == that.sumSeconds;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return Arrays.toString(counts) + ", " + sumSeconds + " s";
    }
}

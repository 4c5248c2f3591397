package io.sluice.loadtest.generator;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Times in ns, collected until somebody takes them. Belongs to one loop. */
final class Latencies {
    private static final long LEAST_NS = 100;
    private static final long MOST_NS = TimeUnit.HOURS.toNanos(1);
    private static final int DIGITS = 3;

    private Histogram collected = empty();

    static Histogram empty() {
        return new Histogram(LEAST_NS, MOST_NS, DIGITS);
    }

    /** So many messages took so long; times out of range count as the nearest in it. */
    void record(long ns, long count) {
        collected.recordValueWithCount(Math.max(0, Math.min(ns, MOST_NS)), count);
    }

    /** What was collected since the last call. */
    Histogram take() {
        Histogram taken = collected;
        collected = empty();
        return taken;
    }
}

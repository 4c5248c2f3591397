package io.sluice.client;

import java.time.Duration;

/** Durations in nanoseconds that never overflow: beyond 146 years they are 146 years, below zero they are zero. */
final class Nanos {
    private static final long MOST = Long.MAX_VALUE / 2;

    private Nanos() {}

    static long of(Duration duration) {
        if (duration.isNegative()) {
            return 0;
        }
        return duration.toSeconds() >= MOST / 1_000_000_000 ? MOST : duration.toNanos();
    }

    /** In milliseconds, at least 1. */
    static long toMs(Duration duration) {
        return Math.max(1, of(duration) / 1_000_000);
    }
}

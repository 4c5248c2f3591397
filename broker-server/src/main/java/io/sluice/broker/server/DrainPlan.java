package io.sluice.broker.server;

import io.sluice.broker.config.ShutdownConfig;

/**
 * How much time a broker takes to let its clients go.
 *
 * @param leaveOverMs over how long the leaving of subscribers is spread, in ms, 0 to 24 h
 * @param patienceMs how long it waits, at most, for publishers to fall silent, for queues to be emptied, and for each leaving
 *     subscriber to take what is held for it; in ms, 0 to 24 h
 */
public record DrainPlan(long leaveOverMs, long patienceMs) {
    private static final long MOST_MS = 24L * 60 * 60 * 1000;

    public DrainPlan {
        if (leaveOverMs < 0 || leaveOverMs > MOST_MS || patienceMs < 0 || patienceMs > MOST_MS) {
            throw new IllegalArgumentException(
                    "times must be 0 to 24 h: " + leaveOverMs + " ms, " + patienceMs + " ms");
        }
    }

    /** As configured by {@code shutdown.leave-over} and {@code shutdown.patience}. */
    public static DrainPlan of(ShutdownConfig config) {
        return new DrainPlan(config.leaveOverMs(), config.patienceMs());
    }
}

package io.sluice.client;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before the next attempt to connect: twice as long each time, up to a limit, less up to half at random,
 * so that clients that lost the same broker do not all come back at the same moment.
 */
final class Backoff {
    private final long minMs;
    private final long maxMs;
    private final DoubleSupplier random;
    private int attempts;

    Backoff(long minMs, long maxMs) {
        this(minMs, maxMs, () -> ThreadLocalRandom.current().nextDouble());
    }

    /** @param random gives numbers from 0 to below 1 */
    Backoff(long minMs, long maxMs, DoubleSupplier random) {
        this.minMs = minMs;
        this.maxMs = maxMs;
        this.random = random;
    }

    long nextMs() {
        // Beyond 2^30 times the shortest, every sensible limit has been reached.
        long fullMs = Math.min(maxMs, minMs << Math.min(attempts, 30));
        attempts++;
        return Math.max(1, (long) (fullMs * (1 - random.getAsDouble() / 2)));
    }

    void reset() {
        attempts = 0;
    }
}

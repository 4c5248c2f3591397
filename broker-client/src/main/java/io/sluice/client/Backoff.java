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
    private long nextFullMs;

    Backoff(long minMs, long maxMs) {
        this(minMs, maxMs, () -> ThreadLocalRandom.current().nextDouble());
    }

    /** @param random gives numbers from 0 to below 1 */
    Backoff(long minMs, long maxMs, DoubleSupplier random) {
        this.minMs = Math.max(1, minMs);
        this.maxMs = Math.max(this.minMs, Math.min(maxMs, Long.MAX_VALUE / 2));
        this.nextFullMs = this.minMs;
        this.random = random;
    }

    long nextMs() {
        long fullMs = Math.min(maxMs, nextFullMs);
        // Saturates: twice the limit is beyond it.
        nextFullMs = fullMs >= maxMs ? maxMs : 2 * fullMs;
        return Math.max(1, (long) (fullMs * (1 - random.getAsDouble() / 2)));
    }

    void reset() {
        nextFullMs = minMs;
    }
}

package io.sluice.broker.message;

/**
 * How much a {@link Backlog} may hold before it is full.
 *
 * @param maxBytes cost in bytes, at least 1
 * @param maxMessages at least 1; {@link Long#MAX_VALUE} when messages are not bounded
 */
public record BacklogBounds(long maxBytes, long maxMessages) {
    public BacklogBounds {
        if (maxBytes < 1 || maxMessages < 1) {
            throw new IllegalArgumentException(
                    "bounds must be at least 1: " + maxBytes + " bytes, " + maxMessages + " messages");
        }
    }

    /** Whether so much fills {@code percent} of either bound. */
    public boolean isFilled(long bytes, long messages, int percent) {
        return bytes >= fraction(maxBytes, percent) || messages >= fraction(maxMessages, percent);
    }

    private static long fraction(long bound, int percent) {
        return bound >= 100_000 ? bound / 100 * percent : Math.max(1, bound * percent / 100);
    }
}

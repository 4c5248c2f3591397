package io.sluice.broker.metrics;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A time in which a subscriber did not keep up.
 *
 * @param end null while it lasts
 * @param peakMessages the most that were queued for it
 * @param peakBytes the most memory they kept alive
 * @param lostMessages dropped in it, for whatever reason
 */
public record SlowEpisode(Instant start, @Nullable Instant end, long peakMessages, long peakBytes, long lostMessages) {}

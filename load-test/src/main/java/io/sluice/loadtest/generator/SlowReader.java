package io.sluice.loadtest.generator;

import java.time.Duration;

/**
 * How a subscriber is slow. Its receive buffer is small (4 KiB asked for), so that the broker feels it soon.
 *
 * @param bytesPerSecond it reads so much; 0 = nothing while it is stopped
 * @param stopAfter from the beginning of the measured time: reads at full speed until then; zero = slow from the start
 * @param resumeAfter from the beginning of the measured time: reads at full speed from then on; zero = never
 */
public record SlowReader(long bytesPerSecond, Duration stopAfter, Duration resumeAfter) {
    /** Never reads. */
    public static SlowReader stalled() {
        return new SlowReader(0, Duration.ZERO, Duration.ZERO);
    }
}

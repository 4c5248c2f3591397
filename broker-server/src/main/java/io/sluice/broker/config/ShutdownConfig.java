package io.sluice.broker.config;

/**
 * How the broker ends.
 *
 * @param drainTimeoutMs how long what is queued for live subscribers is still delivered, 0 to 24 h
 */
public record ShutdownConfig(long drainTimeoutMs) {
    public ShutdownConfig {
        ConfigKeys.DRAIN_TIMEOUT.check(drainTimeoutMs);
    }
}

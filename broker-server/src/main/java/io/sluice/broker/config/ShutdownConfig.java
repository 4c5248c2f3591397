package io.sluice.broker.config;

/**
 * How the broker ends.
 *
 * @param drainTimeoutMs how long what is queued for live subscribers is still delivered, 0 to 24 h
 * @param leaveOverMs over how long the subscribers of a broker that is drained leave, 0 to 24 h
 * @param patienceMs how long such a broker waits, at most, for its clients, 0 to 24 h
 */
public record ShutdownConfig(long drainTimeoutMs, long leaveOverMs, long patienceMs) {
    public ShutdownConfig {
        ConfigKeys.DRAIN_TIMEOUT.check(drainTimeoutMs);
        ConfigKeys.LEAVE_OVER.check(leaveOverMs);
        ConfigKeys.PATIENCE.check(patienceMs);
    }
}

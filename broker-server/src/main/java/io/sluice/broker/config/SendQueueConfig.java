package io.sluice.broker.config;

/**
 * Bounds of what waits for one topic subscriber, where no overflow rule says otherwise.
 *
 * @param maxBytes cost, up to 1024 GiB; not less than the largest frame
 * @param maxMessages messages, 1 to 10^12; 0 is no bound
 * @param maxAgeMs how long a message may wait, 1 ms to 8760 h; 0 is no bound
 * @param pushBackTimeoutMs how long a topic subscriber may block its publishers under {@code push-back}, 1 ms to 24 h
 */
public record SendQueueConfig(long maxBytes, long maxMessages, long maxAgeMs, long pushBackTimeoutMs) {
    public SendQueueConfig {
        ConfigKeys.SEND_QUEUE_MAX_BYTES.check(maxBytes);
        ConfigKeys.SEND_QUEUE_MAX_MESSAGES.check(maxMessages);
        ConfigKeys.SEND_QUEUE_MAX_AGE.check(maxAgeMs);
        ConfigKeys.PUSH_BACK_TIMEOUT.check(pushBackTimeoutMs);
    }
}

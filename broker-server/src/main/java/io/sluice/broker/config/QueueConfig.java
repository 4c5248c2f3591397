package io.sluice.broker.config;

/**
 * Bounds of a queue and of the window each of its subscribers gets.
 *
 * @param maxBytes cost of what waits in one queue, up to 1024 GiB; not less than the largest frame
 * @param maxMessages messages that wait in one queue, 1 to 10^12
 * @param windowBytes cost of what is assigned to one subscriber, 1 B to 1 GiB; may be less than the largest frame
 * @param windowMessages messages assigned to one subscriber, 1 to 10,000,000
 * @param stallTimeoutMs how long a subscriber's socket may take nothing while it holds messages, 1 ms to 24 h
 */
public record QueueConfig(long maxBytes, long maxMessages, long windowBytes, int windowMessages, long stallTimeoutMs) {
    public QueueConfig {
        ConfigKeys.QUEUE_MAX_BYTES.check(maxBytes);
        ConfigKeys.QUEUE_MAX_MESSAGES.check(maxMessages);
        ConfigKeys.WINDOW_BYTES.check(windowBytes);
        ConfigKeys.WINDOW_MESSAGES.check((long) windowMessages);
        ConfigKeys.STALL_TIMEOUT.check(stallTimeoutMs);
    }
}

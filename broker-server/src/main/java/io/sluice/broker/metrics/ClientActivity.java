package io.sluice.broker.metrics;

import org.jspecify.annotations.Nullable;

/**
 * What a client does, at one moment. Names are as the client gave them.
 *
 * @param subscribedTo empty if nothing
 * @param publishesTo where its last messages went; empty if nowhere
 * @param bytesIn of payload
 * @param pushedBackMs for how long it has not been read because of what it publishes to; 0 if it is read
 * @param pushedBackBy the destination that pushes back, or {@code memory}; empty if it is read
 */
public record ClientActivity(
        String subscribedTo,
        String publishesTo,
        long messagesIn,
        long bytesIn,
        long pushedBackMs,
        String pushedBackBy,
        @Nullable SubscriberSnapshot subscriber) {
    /** Of a client that has not said anything yet. */
    public static final ClientActivity NONE = new ClientActivity("", "", 0, 0, 0, "", null);
}

package io.sluice.broker.metrics;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One connection at one moment, or as it was when it closed. Names are as the client gave them.
 *
 * @param id as in the log
 * @param protocol empty before it is known
 * @param reason why it closes, or was closed
 * @param subscribedTo empty if nothing
 * @param publishesTo where its last messages went; empty if nowhere
 * @param bytesIn of payload
 * @param pushedBackMs for how long it has not been read because of what it publishes to; 0 if it is read
 * @param pushedBackBy the destination that pushes back, or {@code memory}; empty if it is read
 */
public record ConnectionSnapshot(
        String id,
        String remoteAddress,
        String protocol,
        ConnectionState state,
        Instant opened,
        @Nullable Instant closed,
        @Nullable CloseReason reason,
        String subscribedTo,
        String publishesTo,
        long messagesIn,
        long bytesIn,
        long pushedBackMs,
        String pushedBackBy,
        @Nullable SubscriberSnapshot subscriber) {}

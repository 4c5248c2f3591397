package io.sluice.broker.metrics;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber at one moment. Bytes of messages are bytes of payload.
 *
 * @param id the connection's, as in the log
 * @param heldBytes the memory its queued messages keep alive
 * @param oldestAgeMs how long ago the oldest of these messages arrived; 0 if there is none
 * @param messagesWritten handed to its socket
 * @param messagesReturned given back to its queue
 * @param droppedMessages by reason
 * @param slowEpisodes how many have started
 * @param slowSince since when it has been in one; null if it keeps up
 * @param waitingPublishers that are not read because of it, or because of the queue it is subscribed to
 * @param timeInQueue of the messages written, from their arrival to being handed to the socket
 */
public record SubscriberSnapshot(
        String id,
        String remoteAddress,
        String destination,
        long heldMessages,
        long heldBytes,
        long oldestAgeMs,
        long messagesWritten,
        long bytesWritten,
        long messagesReturned,
        Map<DropReason, Long> droppedMessages,
        long slowEpisodes,
        @Nullable Instant slowSince,
        int waitingPublishers,
        DelaySnapshot timeInQueue) {
    public SubscriberSnapshot {
        droppedMessages =
                droppedMessages.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(droppedMessages));
    }

    /** Whether it is in a slow episode now. */
    public boolean slow() {
        return slowSince != null;
    }

    /** Messages dropped for one reason. */
    public long dropped(DropReason reason) {
        return droppedMessages.getOrDefault(reason, 0L);
    }

    /** All messages dropped. */
    public long dropped() {
        return droppedMessages.values().stream().mapToLong(Long::longValue).sum();
    }
}

package io.sluice.broker.metrics;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * One subscriber at one moment. Bytes of messages are bytes of payload.
 *
 * @param id the connection's, as in the log
 * @param heldBytes the memory its queued messages keep alive
 * @param messagesWritten handed to its socket
 * @param messagesReturned given back to its queue
 * @param droppedMessages by reason
 * @param slowEpisodes how many have started
 * @param slow whether it is in one now
 */
public record SubscriberSnapshot(
        String id,
        String remoteAddress,
        String destination,
        long heldMessages,
        long heldBytes,
        long messagesWritten,
        long bytesWritten,
        long messagesReturned,
        Map<DropReason, Long> droppedMessages,
        long slowEpisodes,
        boolean slow) {
    public SubscriberSnapshot {
        droppedMessages =
                droppedMessages.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(droppedMessages));
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

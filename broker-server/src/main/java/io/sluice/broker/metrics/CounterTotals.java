package io.sluice.broker.metrics;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * The sums of {@link BrokerCounters} at one moment, since the broker started. Bytes are bytes of payload.
 *
 * @param messagesIn read from publishers
 * @param messagesWritten handed to subscribers' sockets; a topic message counts once per subscriber
 * @param messagesReturned came back to their queue from a subscriber that left or stalled
 * @param pushBacks how often a publisher was no longer read
 * @param unreadBytes received but thrown away with their connection, as part of an unfinished frame
 * @param droppedMessages by reason; a topic message counts once per subscriber that did not get it
 */
public record CounterTotals(
        long messagesIn,
        long bytesIn,
        long messagesWritten,
        long bytesWritten,
        long messagesReturned,
        long pushBacks,
        long connectionsAccepted,
        long slowEpisodes,
        long unreadBytes,
        Map<DropReason, Long> droppedMessages,
        Map<DropReason, Long> droppedBytes,
        Map<CloseReason, Long> closes) {
    public CounterTotals {
        droppedMessages = Collections.unmodifiableMap(new EnumMap<>(droppedMessages));
        droppedBytes = Collections.unmodifiableMap(new EnumMap<>(droppedBytes));
        closes = Collections.unmodifiableMap(new EnumMap<>(closes));
    }

    /** Messages dropped for one reason. */
    public long dropped(DropReason reason) {
        return droppedMessages.getOrDefault(reason, 0L);
    }

    /** Connections closed for one reason. */
    public long closed(CloseReason reason) {
        return closes.getOrDefault(reason, 0L);
    }
}

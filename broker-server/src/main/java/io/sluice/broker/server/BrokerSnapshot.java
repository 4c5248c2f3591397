package io.sluice.broker.server;

import io.sluice.broker.metrics.CounterTotals;
import io.sluice.broker.metrics.SubscriberSnapshot;
import java.time.Instant;
import java.util.List;

/**
 * A broker at one moment: what it has counted since it started, and how it stands. Immutable.
 *
 * @param time when it was begun: what happened before is in it
 * @param totals everything counted
 * @param openConnections of clients, including those that have not yet said what they subscribe to
 * @param destinations topics with subscribers, and queues
 * @param waitingMessages in queues and not assigned to a subscriber
 * @param waitingBytes the memory they keep alive
 * @param waitingPublishers that are not read, because of destinations or of the memory bound; each counts once
 * @param pinnedBytes memory kept alive by queued messages and unfinished frames
 * @param maxPinnedBytes the bound of that
 * @param subscribers those that are connected
 */
public record BrokerSnapshot(
        Instant time,
        CounterTotals totals,
        int openConnections,
        int destinations,
        long waitingMessages,
        long waitingBytes,
        int waitingPublishers,
        long pinnedBytes,
        long maxPinnedBytes,
        List<SubscriberSnapshot> subscribers) {
    public BrokerSnapshot {
        subscribers = List.copyOf(subscribers);
    }

    /** Messages queued for connected subscribers and not yet taken by their sockets. */
    public long heldMessages() {
        return subscribers.stream().mapToLong(SubscriberSnapshot::heldMessages).sum();
    }
}

package io.sluice.broker.admin;

import io.sluice.broker.destination.DestinationSnapshot;
import io.sluice.broker.message.DestinationKind;
import io.sluice.broker.metrics.ConnectionSnapshot;
import io.sluice.broker.metrics.LoopDelay;
import io.sluice.broker.metrics.SubscriberSnapshot;
import java.util.List;
import java.util.Objects;

/**
 * A broker at one moment: all that is shown is taken from one, so that sums and rows agree as far as concurrent counting
 * allows. Immutable.
 *
 * @param connections that are open
 */
record Picture(
        BrokerStatus status,
        List<ConnectionSnapshot> connections,
        List<DestinationSnapshot> destinations,
        List<LoopDelay> loops) {

    /** Looks. */
    static Picture of(BrokerView broker) {
        // Sums first: what a row has is then not less than what the sum has of it.
        return new Picture(broker.status(), broker.connections(), broker.destinations(), broker.loops());
    }

    List<SubscriberSnapshot> subscribers() {
        return connections.stream()
                .map(ConnectionSnapshot::subscriber)
                .filter(Objects::nonNull)
                .toList();
    }

    long slowSubscribers() {
        return subscribers().stream().filter(SubscriberSnapshot::slow).count();
    }

    /** Publishers that are not read, because of destinations or of the memory bound; each counts once. */
    long waitingPublishers() {
        return connections.stream()
                .filter(connection -> connection.pushedBackMs() > 0)
                .count();
    }

    long waitingMessages() {
        return destinations.stream()
                .mapToLong(DestinationSnapshot::waitingMessages)
                .sum();
    }

    long waitingBytes() {
        return destinations.stream()
                .mapToLong(DestinationSnapshot::waitingBytes)
                .sum();
    }

    /** Messages queued for subscribers and not yet taken by their sockets. */
    long heldMessages() {
        return subscribers().stream()
                .mapToLong(SubscriberSnapshot::heldMessages)
                .sum();
    }

    long destinations(DestinationKind kind) {
        return destinations.stream()
                .filter(destination -> destination.kind() == kind)
                .count();
    }
}

package io.sluice.broker.admin;

import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.ConnectionSnapshot;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.metrics.SubscriberSnapshot;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Connections of the broker's clients: which come first, and how each is written. */
final class ClientConnections {
    private static final Comparator<ConnectionSnapshot> SLOW_FIRST =
            Comparator.comparing(connection -> !isSlow(connection));

    private ClientConnections() {}

    /** What comes first. */
    enum Sort {
        /** Who does not keep up, then by backlog. */
        SLOW,
        BACKLOG,
        AGE,
        LOST,
        OPENED,
        CLOSED
    }

    /** All in an order; at the end by when they were opened, newest first. */
    static List<ConnectionSnapshot> sorted(List<ConnectionSnapshot> all, Sort sort) {
        Comparator<ConnectionSnapshot> newestFirst =
                Comparator.comparing(ConnectionSnapshot::opened).reversed().thenComparing(ConnectionSnapshot::id);
        Comparator<ConnectionSnapshot> backlog =
                mostFirst(SubscriberSnapshot::heldBytes).thenComparing(mostFirst(SubscriberSnapshot::heldMessages));
        Comparator<ConnectionSnapshot> order = switch (sort) {
            case SLOW -> SLOW_FIRST.thenComparing(backlog);
            case BACKLOG -> backlog;
            case AGE -> mostFirst(SubscriberSnapshot::oldestAgeMs);
            case LOST -> mostFirst(SubscriberSnapshot::dropped);
            case OPENED -> newestFirst;
            case CLOSED ->
                Comparator.comparing(ConnectionSnapshot::closed, Comparator.nullsLast(Comparator.reverseOrder()));
        };
        return all.stream().sorted(order.thenComparing(newestFirst)).toList();
    }

    /** Those that subscribe, and of these first who does not keep up; else in the order given. */
    static List<ConnectionSnapshot> slowFirst(List<ConnectionSnapshot> connections) {
        return connections.stream()
                .filter(connection -> connection.subscriber() != null)
                .sorted(SLOW_FIRST)
                .toList();
    }

    private static boolean isSlow(ConnectionSnapshot connection) {
        SubscriberSnapshot subscriber = connection.subscriber();
        return subscriber != null && subscriber.slow();
    }

    private static Comparator<ConnectionSnapshot> mostFirst(ToLongFunction<SubscriberSnapshot> number) {
        return Comparator.<ConnectionSnapshot>comparingLong(connection -> {
                    SubscriberSnapshot subscriber = connection.subscriber();
                    return subscriber == null ? -1 : number.applyAsLong(subscriber);
                })
                .reversed();
    }

    /**
     * Those with a text, whatever its case, in their id, address, reason or a destination.
     *
     * @param subscribedTo only subscribers of this destination; empty for all connections
     */
    static List<ConnectionSnapshot> found(List<ConnectionSnapshot> all, String search, String subscribedTo) {
        String part = search.toLowerCase(Locale.ROOT);
        return all.stream()
                .filter(each -> subscribedTo.isEmpty() || each.subscribedTo().equals(subscribedTo))
                .filter(each -> Stream.of(
                                each.id(),
                                each.remoteAddress(),
                                each.subscribedTo(),
                                each.publishesTo(),
                                reason(each.reason()))
                        .anyMatch(text -> text.toLowerCase(Locale.ROOT).contains(part)))
                .toList();
    }

    /** One as an object. */
    static void write(JsonGenerator json, ConnectionSnapshot connection) {
        json.writeStartObject();
        writeProperties(json, connection);
        json.writeEndObject();
    }

    /** The properties of the object. */
    static void writeProperties(JsonGenerator json, ConnectionSnapshot connection) {
        json.writeStringProperty("id", connection.id());
        json.writeStringProperty("remote_address", connection.remoteAddress());
        json.writeStringProperty("protocol", connection.protocol());
        json.writeStringProperty("state", connection.state().name().toLowerCase(Locale.ROOT));
        writeTime(json, "opened", connection.opened());
        writeTime(json, "closed", connection.closed());
        CloseReason reason = connection.reason();
        if (reason == null) {
            json.writeNullProperty("close_reason");
        } else {
            json.writeStringProperty("close_reason", reason.text());
        }
        json.writeStringProperty("subscribed_to", connection.subscribedTo());
        json.writeStringProperty("publishes_to", connection.publishesTo());
        json.writeNumberProperty("messages_in", connection.messagesIn());
        json.writeNumberProperty("bytes_in", connection.bytesIn());
        json.writeNumberProperty("pushed_back_ms", connection.pushedBackMs());
        json.writeStringProperty("pushed_back_by", connection.pushedBackBy());
        SubscriberSnapshot subscriber = connection.subscriber();
        if (subscriber == null) {
            json.writeNullProperty("subscriber");
        } else {
            writeSubscriber(json, subscriber);
        }
    }

    private static void writeSubscriber(JsonGenerator json, SubscriberSnapshot subscriber) {
        json.writeObjectPropertyStart("subscriber");
        json.writeNumberProperty("held_messages", subscriber.heldMessages());
        json.writeNumberProperty("held_bytes", subscriber.heldBytes());
        json.writeNumberProperty("oldest_age_ms", subscriber.oldestAgeMs());
        json.writeNumberProperty("messages_written", subscriber.messagesWritten());
        json.writeNumberProperty("bytes_written", subscriber.bytesWritten());
        json.writeNumberProperty("messages_returned", subscriber.messagesReturned());
        json.writeNumberProperty("dropped", subscriber.dropped());
        json.writeObjectPropertyStart("dropped_by_reason");
        for (Map.Entry<DropReason, Long> dropped : subscriber.droppedMessages().entrySet()) {
            if (dropped.getValue() > 0) {
                json.writeNumberProperty(dropped.getKey().text(), dropped.getValue());
            }
        }
        json.writeEndObject();
        json.writeBooleanProperty("slow", subscriber.slow());
        writeTime(json, "slow_since", subscriber.slowSince());
        json.writeNumberProperty("slow_episodes", subscriber.slowEpisodes());
        json.writeNumberProperty("waiting_publishers", subscriber.waitingPublishers());
        Numbers.writeTimeInQueue(json, subscriber.timeInQueue());
        json.writeEndObject();
    }

    /** A time, or null for none. */
    static void writeTime(JsonGenerator json, String name, @Nullable Instant time) {
        if (time == null) {
            json.writeNullProperty(name);
        } else {
            json.writeStringProperty(name, time.toString());
        }
    }

    private static String reason(@Nullable CloseReason reason) {
        return reason == null ? "" : reason.text();
    }
}

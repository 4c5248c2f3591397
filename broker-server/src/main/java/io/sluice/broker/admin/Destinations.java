package io.sluice.broker.admin;

import io.sluice.broker.destination.DestinationSnapshot;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/** Destinations: which come first, and how each is written. */
final class Destinations {
    private Destinations() {}

    /** What comes first. */
    enum Sort {
        BACKLOG,
        AGE,
        NAME,
        RATE,
        DROPS
    }

    /** All in an order; at the end by name, so that a page is of one order with the next. */
    static List<DestinationSnapshot> sorted(List<DestinationSnapshot> all, Sort sort, Observer.Rates rates) {
        Comparator<DestinationSnapshot> byName = Comparator.comparing(DestinationSnapshot::name);
        Comparator<DestinationSnapshot> order = switch (sort) {
            case BACKLOG ->
                Comparator.comparingLong(DestinationSnapshot::heldBytes)
                        .thenComparingLong(DestinationSnapshot::heldMessages)
                        .reversed();
            case AGE ->
                Comparator.comparingLong(DestinationSnapshot::oldestAgeMs).reversed();
            case NAME -> byName;
            case RATE ->
                Comparator.<DestinationSnapshot>comparingDouble(
                                each -> rates.of(each).in() + rates.of(each).out())
                        .reversed();
            case DROPS ->
                Comparator.comparingLong(DestinationSnapshot::droppedMessages).reversed();
        };
        return all.stream().sorted(order.thenComparing(byName)).toList();
    }

    /** Those whose name contains a text, whatever its case, and if one is named, only that one. */
    static List<DestinationSnapshot> found(List<DestinationSnapshot> all, String search, String name) {
        String part = search.toLowerCase(Locale.ROOT);
        return all.stream()
                .filter(each -> each.name().toLowerCase(Locale.ROOT).contains(part))
                .filter(each -> name.isEmpty() || each.name().equals(name))
                .toList();
    }

    /** One as an object. */
    static void write(JsonGenerator json, DestinationSnapshot destination, Observer.Rate rate) {
        json.writeStartObject();
        json.writeStringProperty("name", destination.name());
        json.writeStringProperty("kind", destination.kind().name().toLowerCase(Locale.ROOT));
        json.writeNumberProperty("subscribers", destination.subscribers());
        json.writeNumberProperty("slow_subscribers", destination.slowSubscribers());
        json.writeNumberProperty("waiting_messages", destination.waitingMessages());
        json.writeNumberProperty("held_messages", destination.heldMessages());
        json.writeNumberProperty("held_bytes", destination.heldBytes());
        json.writeNumberProperty("oldest_age_ms", destination.oldestAgeMs());
        json.writeNumberProperty("messages_in", destination.messagesIn());
        json.writeNumberProperty("bytes_in", destination.bytesIn());
        json.writeNumberProperty("messages_out", destination.messagesOut());
        json.writeNumberProperty("bytes_out", destination.bytesOut());
        json.writeNumberProperty("dropped", destination.droppedMessages());
        json.writeNumberProperty("returned", destination.returnedMessages());
        json.writeNumberProperty("rate_in", Numbers.rounded(rate.in()));
        json.writeNumberProperty("rate_out", Numbers.rounded(rate.out()));
        json.writeNumberProperty("waiting_publishers", destination.waitingPublishers());
        Numbers.writeTimeInQueue(json, destination.timeInQueue());
        json.writeEndObject();
    }
}

package io.sluice.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * What a broker says about itself at one time.
 *
 * @param broker its totals, rates and memory
 * @param destinations those asked for, at most {@link #ROWS}
 * @param subscribers open connections with a subscription, at most {@link #ROWS}
 * @param closed connections, the last one closed first, at most {@link #CLOSED_ROWS}
 */
record BrokerPicture(String address, Instant at, Json broker, Page destinations, Page subscribers, Page closed) {
    /** As many as the broker gives at once. */
    static final int ROWS = 100;

    static final int CLOSED_ROWS = 20;

    /**
     * A part of a list.
     *
     * @param total how many the whole list has
     */
    record Page(List<Json> rows, double total) {
        private static Page of(Json answer) {
            return new Page(answer.at("items").items(), answer.at("total").number());
        }
    }

    /**
     * Asks the broker: four calls.
     *
     * @param search what names must contain; empty for all
     * @throws CommandFailedException if it cannot be asked
     */
    static BrokerPicture take(AdminClient client, TopSort sort, String search) {
        String filter = search.isEmpty() ? "" : "&search=" + URLEncoder.encode(search, StandardCharsets.UTF_8);
        Json broker = client.get("/api/v1/broker");
        Page destinations =
                Page.of(client.get("/api/v1/destinations?sort=" + sort.ofDestinations() + "&limit=" + ROWS + filter));
        Page open = Page.of(
                client.get("/api/v1/connections?state=open&sort=" + sort.ofConnections() + "&limit=" + ROWS + filter));
        Page closed = Page.of(client.get("/api/v1/connections?state=closed&sort=closed&limit=" + CLOSED_ROWS + filter));
        List<Json> subscribers = open.rows().stream()
                .filter(connection -> !connection.at("subscriber").isAbsent())
                .toList();
        // Of all connections nobody has counted the subscribers among those that the filter lets pass.
        double total = search.isEmpty()
                ? broker.at("subscribers").number()
                : open.total() - (open.rows().size() - subscribers.size());
        return new BrokerPicture(
                client.address(), Instant.now(), broker, destinations, new Page(subscribers, total), closed);
    }
}

package io.sluice.broker.admin;

import io.sluice.broker.metrics.ConnectionSnapshot;
import io.sluice.broker.metrics.SlowEpisode;
import java.util.List;
import java.util.Optional;

/** What there is to see: the broker, its destinations and its connections. */
final class ReadApi {
    private final BrokerView broker;
    private final Observer observer;
    private final BrokerJson brokerJson;

    ReadApi(BrokerView broker, Observer observer) {
        this.broker = broker;
        this.observer = observer;
        this.brokerJson = new BrokerJson(broker);
    }

    /** Which connections. */
    enum State {
        OPEN,
        CLOSED
    }

    List<Route> routes() {
        return List.of(
                Route.get("/api/v1/broker", Access.READ, request -> broker()),
                Route.get("/api/v1/destinations", Access.READ, this::destinations),
                Route.get("/api/v1/connections", Access.READ, this::connections),
                Route.get("/api/v1/connections/{id}", Access.READ, this::connection),
                Route.get("/api/v1/connections/{id}/slow-episodes", Access.READ, this::slowEpisodes));
    }

    private Answer broker() {
        return Json.ok(json -> brokerJson.write(json, observer.picture(), observer.rates()));
    }

    private Answer destinations(ApiRequest request) {
        Page page = Page.of(request);
        Destinations.Sort sort = request.choice("sort", Destinations.Sort.class, Destinations.Sort.BACKLOG);
        Observer.Rates rates = observer.rates();
        return page.answer(
                Destinations.sorted(
                        Destinations.found(
                                observer.picture().destinations(),
                                request.parameter("search", ""),
                                request.parameter("name", "")),
                        sort,
                        rates),
                (json, destination) -> Destinations.write(json, destination, rates.of(destination)));
    }

    private Answer connections(ApiRequest request) {
        Page page = Page.of(request);
        State state = request.choice("state", State.class, State.OPEN);
        ClientConnections.Sort sort = request.choice(
                "sort",
                ClientConnections.Sort.class,
                state == State.OPEN ? ClientConnections.Sort.BACKLOG : ClientConnections.Sort.CLOSED);
        List<ConnectionSnapshot> all =
                state == State.OPEN ? observer.picture().connections() : broker.closedConnections();
        return page.answer(
                ClientConnections.sorted(
                        ClientConnections.found(
                                all, request.parameter("search", ""), request.parameter("subscribed_to", "")),
                        sort),
                ClientConnections::write);
    }

    private Answer connection(ApiRequest request) {
        String id = request.variable("id");
        Optional<ConnectionSnapshot> open = broker.connection(id);
        ConnectionSnapshot found = open.or(() -> broker.closedConnections().stream()
                        .filter(connection -> connection.id().equals(id))
                        .findFirst())
                .orElseThrow(ReadApi::noSuchConnection);
        return Json.ok(json -> ClientConnections.writeProperties(json, found));
    }

    private Answer slowEpisodes(ApiRequest request) {
        List<SlowEpisode> episodes = broker.slowEpisodes(request.variable("id")).orElseThrow(ReadApi::noSuchConnection);
        return Json.ok(json -> {
            json.writeArrayPropertyStart("items");
            for (SlowEpisode episode : episodes) {
                json.writeStartObject();
                ClientConnections.writeTime(json, "start", episode.start());
                ClientConnections.writeTime(json, "end", episode.end());
                json.writeNumberProperty("peak_messages", episode.peakMessages());
                json.writeNumberProperty("peak_bytes", episode.peakBytes());
                json.writeNumberProperty("lost_messages", episode.lostMessages());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    static ApiException noSuchConnection() {
        return ApiException.notFound(
                "no_such_connection",
                "no connection of this id is open or among the last 10,000 that closed; see /api/v1/connections");
    }
}

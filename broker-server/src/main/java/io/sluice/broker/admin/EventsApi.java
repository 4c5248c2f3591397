package io.sluice.broker.admin;

import io.netty.util.concurrent.Future;
import io.sluice.broker.destination.DestinationSnapshot;
import io.sluice.broker.metrics.ConnectionSnapshot;
import java.util.List;

/** The broker once a second, for as long as somebody looks: itself, and of the rest what comes first. */
final class EventsApi {
    /** What a viewer is sent in a second, at most. */
    static final int MOST_BYTES = 64 << 10;

    private static final int ROWS = 50;
    private static final int CLOSED_ROWS = 20;
    private static final long PERIOD_MS = 1000;

    /** For the name of the event, and for the pieces that HTTP sends it in. */
    private static final int FRAME_BYTES = 64;

    private final BrokerView broker;
    private final Observer observer;
    private final BrokerJson brokerJson;

    EventsApi(BrokerView broker, Observer observer) {
        this.broker = broker;
        this.observer = observer;
        this.brokerJson = new BrokerJson(broker);
    }

    List<Route> routes() {
        return List.of(Route.get("/api/v1/events", Access.READ, this::events));
    }

    private Answer events(ApiRequest request) {
        Destinations.Sort destinations =
                request.choice("destinations_sort", Destinations.Sort.class, Destinations.Sort.BACKLOG);
        ClientConnections.Sort connections =
                request.choice("connections_sort", ClientConnections.Sort.class, ClientConnections.Sort.BACKLOG);
        int rows = request.number("limit", 1, ROWS, ROWS);
        return Answer.stream(stream -> {
            Future<?> ticks = stream.every(PERIOD_MS, () -> stream.send("tick", tick(destinations, connections, rows)));
            return () -> ticks.cancel(false);
        });
    }

    /** As many rows as there is room for. */
    private byte[] tick(Destinations.Sort destinationsSort, ClientConnections.Sort connectionsSort, int most) {
        Picture picture = observer.picture();
        Observer.Rates rates = observer.rates();
        List<DestinationSnapshot> destinations = Destinations.sorted(picture.destinations(), destinationsSort, rates);
        List<ConnectionSnapshot> connections =
                ClientConnections.slowFirst(ClientConnections.sorted(picture.connections(), connectionsSort));
        List<ConnectionSnapshot> closed = broker.closedConnections();
        int rows = most;
        byte[] tick;
        do {
            int limit = rows;
            tick = Json.bytes(json -> {
                json.writeObjectPropertyStart("broker");
                brokerJson.write(json, picture, rates);
                json.writeEndObject();
                json.writeArrayPropertyStart("destinations");
                destinations.stream().limit(limit).forEach(each -> Destinations.write(json, each, rates.of(each)));
                json.writeEndArray();
                json.writeArrayPropertyStart("connections");
                connections.stream().limit(limit).forEach(each -> ClientConnections.write(json, each));
                json.writeEndArray();
                json.writeArrayPropertyStart("closed");
                closed.stream()
                        .limit(Math.min(limit, CLOSED_ROWS))
                        .forEach(each -> ClientConnections.write(json, each));
                json.writeEndArray();
            });
            rows /= 2;
        } while (tick.length > MOST_BYTES - FRAME_BYTES && rows > 0);
        return tick;
    }
}

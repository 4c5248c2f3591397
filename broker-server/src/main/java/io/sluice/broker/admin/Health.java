package io.sluice.broker.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.List;

/** Whether the broker lives, and whether clients should come: for whoever restarts it, and for whoever leads clients to it. */
final class Health {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final BrokerView broker;

    Health(BrokerView broker) {
        this.broker = broker;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/healthz", Access.HEALTH, request -> healthz()).on(Route.Seeker.PROBE),
                Route.get("/readyz", Access.HEALTH, request -> readyz()));
    }

    private Answer healthz() {
        return broker.eventLoopsAnswer(PATIENCE)
                ? status(HttpResponseStatus.OK, "ok")
                : status(HttpResponseStatus.SERVICE_UNAVAILABLE, "event_loops_do_not_answer");
    }

    private Answer readyz() {
        Readiness readiness = broker.readiness();
        return status(
                readiness == Readiness.READY ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE,
                readiness.text());
    }

    private static Answer status(HttpResponseStatus status, String text) {
        return Json.answer(status, json -> json.writeStringProperty("status", text));
    }
}

package io.sluice.broker.admin;

import java.util.List;

/** What operators can do to clients and messages. */
final class ChangeApi {
    private final BrokerView broker;

    ChangeApi(BrokerView broker) {
        this.broker = broker;
    }

    List<Route> routes() {
        return List.of(
                Route.post("/api/v1/connections/{id}/disconnect", Access.TOKEN, this::disconnect),
                Route.post("/api/v1/destinations/purge", Access.TOKEN, this::purge)
                        .on(Route.Seeker.WORKER));
    }

    private Answer disconnect(ApiRequest request) {
        request.allowOnly();
        if (!broker.disconnect(request.variable("id"))) {
            throw ApiException.notFound(
                    "no_such_connection", "no connection of this id is open; see /api/v1/connections?state=open");
        }
        return Json.ok(json -> {});
    }

    private Answer purge(ApiRequest request) {
        request.allowOnly("name");
        long messages = broker.purge(request.text("name"))
                .orElseThrow(() -> ApiException.notFound(
                        "no_such_queue", "there is no queue of this name; see /api/v1/destinations"));
        return Json.ok(json -> json.writeNumberProperty("messages", messages));
    }
}

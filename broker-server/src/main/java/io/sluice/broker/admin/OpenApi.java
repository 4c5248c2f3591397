package io.sluice.broker.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The document that describes all this to programs. */
final class OpenApi {
    private OpenApi() {}

    static List<Route> routes() {
        return List.of(Route.get(
                "/api/v1/openapi.json",
                Access.READ,
                request -> Answer.of(HttpResponseStatus.OK, "application/json", document())));
    }

    private static byte[] document() {
        try (InputStream in = OpenApi.class.getResourceAsStream("openapi.json")) {
            if (in == null) {
                throw new IllegalStateException("packaged without openapi.json");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

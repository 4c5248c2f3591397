package io.sluice.broker.admin;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All there is to ask for. A path that is not in the table does not exist. */
final class Router {
    private final List<Route> routes;

    Router(List<Route> routes) {
        this.routes = List.copyOf(routes);
    }

    /** A route, and what the variables of its path stand for. */
    record Match(Route route, Map<String, String> variables) {}

    List<Route> routes() {
        return routes;
    }

    /**
     * Finds what answers.
     *
     * @param path as it was asked for, still encoded, without the query
     * @throws ApiException if there is nothing, or not under this method
     */
    Match find(HttpMethod method, String path) {
        List<String> segments = decoded(path);
        HttpMethod wanted = method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method;
        Set<String> allowed = new LinkedHashSet<>();
        for (Route route : routes) {
            Optional<Map<String, String>> variables = route.match(segments);
            if (variables.isEmpty()) {
                continue;
            }
            if (route.method().equals(wanted)) {
                return new Match(route, variables.get());
            }
            allowed.add(route.method().name());
        }
        if (allowed.isEmpty()) {
            throw ApiException.notFound("no_such_path", "there is nothing at this path; see /api/v1/openapi.json");
        }
        if (allowed.contains("GET")) {
            allowed.add("HEAD");
        }
        String methods = String.join(", ", allowed);
        throw new ApiException(
                        HttpResponseStatus.METHOD_NOT_ALLOWED,
                        "method_not_allowed",
                        "this path takes " + methods + "; nothing is changed by GET")
                .with("Allow", methods);
    }

    private static List<String> decoded(String path) {
        List<String> segments = new ArrayList<>();
        try {
            for (String segment : Route.segments(path)) {
                // A plus sign stands for itself in a path.
                segments.add(URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
            }
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest("bad_path", "the path holds a % that is followed by no two digits");
        }
        return segments;
    }
}

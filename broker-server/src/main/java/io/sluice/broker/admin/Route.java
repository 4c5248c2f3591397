package io.sluice.broker.admin;

import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is answered under which method and path.
 *
 * @param method GET, which HEAD may ask for too, or POST
 * @param path as in the OpenAPI document: {@code {id}} stands for one segment
 * @param access what a client must show
 * @param blocking whether the answer may take a while: it is then sought on a thread of its own
 * @param endpoint what answers
 */
record Route(HttpMethod method, String path, Access access, boolean blocking, Endpoint endpoint) {

    static Route get(String path, Access access, Endpoint endpoint) {
        return new Route(HttpMethod.GET, path, access, false, endpoint);
    }

    static Route post(String path, Access access, Endpoint endpoint) {
        return new Route(HttpMethod.POST, path, access, false, endpoint);
    }

    /** The same, sought on the thread for what takes a while. */
    Route asBlocking() {
        return new Route(method, path, access, true, endpoint);
    }

    /** What the variables of the path stand for in a path; empty if it is another path. */
    Optional<Map<String, String>> match(List<String> segments) {
        List<String> expected = segments(path);
        if (expected.size() != segments.size()) {
            return Optional.empty();
        }
        Map<String, String> variables = new TreeMap<>();
        for (int i = 0; i < expected.size(); i++) {
            String part = expected.get(i);
            if (part.startsWith("{")) {
                variables.put(part.substring(1, part.length() - 1), segments.get(i));
            } else if (!part.equals(segments.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(variables);
    }

    /** A path cut at its slashes. */
    static List<String> segments(String path) {
        return List.of(path.split("/", -1));
    }
}

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
 * @param seeker which thread seeks the answer
 * @param endpoint what answers
 */
record Route(HttpMethod method, String path, Access access, Seeker seeker, Endpoint endpoint) {

    /** Which thread seeks an answer. */
    enum Seeker {
        /** The event loop: it takes no time. */
        LOOP,
        /** The thread for what may take a while. */
        WORKER,
        /** A thread that nothing else is sought on: whether the broker lives must not wait for what others asked. */
        PROBE
    }

    static Route get(String path, Access access, Endpoint endpoint) {
        return new Route(HttpMethod.GET, path, access, Seeker.LOOP, endpoint);
    }

    static Route post(String path, Access access, Endpoint endpoint) {
        return new Route(HttpMethod.POST, path, access, Seeker.LOOP, endpoint);
    }

    /** The same, sought on another thread. */
    Route on(Seeker other) {
        return new Route(method, path, access, other, endpoint);
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

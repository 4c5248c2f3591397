package io.sluice.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The admin listener of a broker, with answers that the test lays down; at first those of one with a slow subscriber. */
final class FakeAdmin implements Closeable {
    static final String BROKER = """
            {"version":"1.2.3","java_version":"17","pid":7,"started":"2026-11-21T11:00:00Z","uptime_ms":3900000,
             "config_file":null,"listen":["127.0.0.1:25000"],"state":"ready","transport":"epoll",
             "event_loops":[{"name":"sluice-1","delay_ms":0.2,"max_delay_ms":12}],
             "connections":{"open":12,"max":16000,"accepted":40,"by_state":{"open":12}},
             "totals":{"messages_in":8000,"bytes_in":160000000,"messages_written":7000,"bytes_written":140000000,
              "messages_returned":5,"push_backs":2,"slow_episodes":1,"dropped":{"overflow":4318,"expired":0},"closed":{"left":28}},
             "rates":{"messages_in":1000,"bytes_in":20000000,"messages_written":990,"bytes_written":19800000,"dropped":500},
             "memory":{"pinned_bytes":67108864,"max_bytes":671088640,"heap_used_bytes":50331648,"heap_max_bytes":536870912,
              "direct_bytes":70000000,"rss_bytes":157286400},
             "destinations":2,"subscribers":3,"slow_subscribers":1,"waiting_publishers":0,"waiting_messages":3,
             "waiting_bytes":900,"held_messages":2478}""";

    static final String DESTINATIONS = """
            {"total":2,"offset":0,"limit":100,"items":[
             {"name":"/topic/busy","kind":"topic","subscribers":2,"slow_subscribers":1,"waiting_messages":0,"held_messages":2478,
              "held_bytes":67108864,"oldest_age_ms":95000,"messages_in":8000,"bytes_in":160000000,"messages_out":7000,
              "bytes_out":140000000,"dropped":4318,"returned":0,"rate_in":1000,"rate_out":990,"waiting_publishers":0,
              "time_in_queue":{"p50_ms":0.1,"p99_ms":3000}},
             {"name":"/queue/a\\u001b[2J|<img>","kind":"queue","subscribers":1,"slow_subscribers":0,"waiting_messages":3,
              "held_messages":3,"held_bytes":900,"oldest_age_ms":0,"messages_in":3,"bytes_in":9,"messages_out":0,"bytes_out":0,
              "dropped":0,"returned":5,"rate_in":0,"rate_out":0,"waiting_publishers":0,"time_in_queue":{"p50_ms":0,"p99_ms":0}}]}""";

    static final String OPEN = """
            {"total":3,"offset":0,"limit":100,"items":[
             {"id":"c-2","remote_address":"127.0.0.1:43588","protocol":"native","state":"open","opened":"2026-11-21T11:01:00Z",
              "closed":null,"close_reason":null,"subscribed_to":"/topic/busy","publishes_to":"","messages_in":0,"bytes_in":0,
              "pushed_back_ms":0,"pushed_back_by":"","subscriber":{"held_messages":2478,"held_bytes":67108864,
               "oldest_age_ms":95000,"messages_written":120,"bytes_written":2400000,"messages_returned":0,"dropped":4318,
               "dropped_by_reason":{"overflow":4318},"slow":true,"slow_since":"2026-11-21T11:02:03Z","slow_episodes":1,
               "waiting_publishers":0,"time_in_queue":{"p50_ms":0.1,"p99_ms":3000}}},
             {"id":"c-3","remote_address":"127.0.0.1:43590","protocol":"native","state":"open","opened":"2026-11-21T11:01:00Z",
              "closed":null,"close_reason":null,"subscribed_to":"/null","publishes_to":"/topic/busy","messages_in":8000,
              "bytes_in":160000000,"pushed_back_ms":0,"pushed_back_by":"","subscriber":null}]}""";

    static final String CLOSED = """
            {"total":28,"offset":0,"limit":20,"items":[
             {"id":"c-1","remote_address":"10.0.0.7:4711","protocol":"native","state":"closed","opened":"2026-11-21T11:00:30Z",
              "closed":"2026-11-21T11:00:59Z","close_reason":"left","subscribed_to":"/topic/a","publishes_to":"",
              "messages_in":0,"bytes_in":0,"pushed_back_ms":0,"pushed_back_by":"","subscriber":null}]}""";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    private volatile String wantedToken = "";

    private record Answer(int status, String body) {}

    /** What came; {@code token} is the whole header, empty without one. */
    record Request(String method, String uri, String token, String contentType, String body) {}

    FakeAdmin() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        answer("GET /readyz", 200, "{\"status\":\"ready\"}");
        answer("GET /healthz", 200, "{\"status\":\"ok\"}");
        answer("GET /api/v1/broker", 200, BROKER);
        answer("GET /api/v1/destinations", 200, DESTINATIONS);
        answer("GET /api/v1/connections?state=open", 200, OPEN);
        answer("GET /api/v1/connections?state=closed", 200, CLOSED);
    }

    /** @param call as in {@code GET /readyz}; of the query the first parameter at most */
    void answer(String call, int status, String body) {
        answers.put(call, new Answer(status, body));
    }

    /** From now on whoever does not show this header {@code Authorization} is refused. */
    void wantToken(String header) {
        wantedToken = header;
    }

    String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** All that came so far. */
    List<Request> requests() {
        return requests;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        String uri = exchange.getRequestURI().toString();
        var headers = exchange.getRequestHeaders();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add(new Request(
                method,
                uri,
                String.valueOf(headers.getFirst("Authorization")),
                String.valueOf(headers.getFirst("Content-Type")),
                body));
        String path = exchange.getRequestURI().getPath();
        Answer answer = answers.get(method + " " + uri.replaceFirst("&.*", ""));
        if (answer == null) {
            answer = answers.getOrDefault(
                    method + " " + path, new Answer(404, "{\"error\":{\"status\":404,\"message\":\"no such thing\"}}"));
        }
        if (!wantedToken.isEmpty() && !wantedToken.equals(headers.getFirst("Authorization"))) {
            answer = new Answer(401, "{\"error\":{\"status\":401,\"message\":\"a token is needed\"}}");
        }
        byte[] bytes = answer.body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(answer.status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}

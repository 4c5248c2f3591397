package io.sluice.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.admin.PlainHttp.Response;
import io.sluice.broker.server.NativeClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the OpenAPI document against the server: everything that is served is in it, and all answers are as it says. */
final class OpenApiTest {
    private static final String EVENTS = "text/event-stream";

    private static AdminFixture admin;
    private static NativeClient subscriber;
    private static NativeClient publisher;
    private static Object document;
    private static JsonSchema schema;
    private static String connection;

    /** One method of one path of the document. */
    private record Operation(String method, String path, Map<String, Object> described) {
        String target() {
            return path.replace("{id}", connection);
        }

        boolean isPost() {
            return method.equals("POST");
        }

        /** Whether it is described as needing the token on a loopback address too. */
        boolean needsToken() {
            return JsonTree.<List<Object>>at(described, "security").stream().noneMatch(Map.of()::equals);
        }

        boolean isStream() {
            Object content = JsonTree.at(described, "responses", "200");
            return content != null && String.valueOf(content).contains(EVENTS);
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    /** What makes a call come out well. */
    private static final Map<String, String> QUERIES = Map.of(
            "GET /api/v1/destinations/peek", "?name=/queue/a",
            "GET /api/v1/destinations/watch", "?name=/topic/a");

    private static final Map<String, String> BODIES = Map.of(
            "POST /api/v1/destinations/purge", "{\"name\":\"/queue/a\"}",
            "POST /api/v1/publish", "{\"destination\":\"/queue/a\",\"text\":\"hello\"}",
            "POST /api/v1/log-levels", "{\"logger\":\"io.sluice.known\",\"level\":\"debug\"}");

    /** These end what others need. */
    private static final Set<String> NOT_CALLED =
            Set.of("POST /api/v1/drain", "POST /api/v1/connections/{id}/disconnect");

    @BeforeAll
    static void start() throws IOException {
        admin = new AdminFixture();
        subscriber = NativeClient.subscribe(admin.broker, "/topic/a");
        publisher = NativeClient.subscribe(admin.broker, "/null");
        publisher.publish("/queue/a", "one").publish("/topic/a", "two");
        assertThat(subscriber.receive()).isEqualTo("two");
        await().until(() -> admin.broker.counters().waitingMessages() == 1
                && !admin.broker.counters().subscribers().isEmpty());
        connection = admin.broker.counters().subscribers().get(0).id();
        document = JsonTree.parse(admin.get("/api/v1/openapi.json").body());
        schema = new JsonSchema(document);
    }

    @AfterAll
    static void stop() throws IOException {
        subscriber.close();
        publisher.close();
        admin.close();
    }

    private static List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        JsonTree.<Map<String, Map<String, Map<String, Object>>>>at(document, "paths")
                .forEach((path, methods) -> methods.forEach((method, described) ->
                        operations.add(new Operation(method.toUpperCase(Locale.ROOT), path, described))));
        return operations;
    }

    private static Response call(Operation operation, String headers, String body) throws IOException {
        String target = operation.target() + QUERIES.getOrDefault(operation.toString(), "");
        return admin.ask(PlainHttp.request(operation.method(), target, headers, body));
    }

    private static String withToken(Operation operation) {
        return "Authorization: Bearer " + admin.token + "\r\n"
                + (operation.isPost() ? "Content-Type: application/json\r\n" : "");
    }

    private static String body(Operation operation) {
        String usual = operation.path().endsWith("/login") ? "{\"token\":\"" + admin.token + "\"}" : "{}";
        return operation.isPost() ? BODIES.getOrDefault(operation.toString(), usual) : "";
    }

    /** The status is documented for this operation, and the body is as described there. */
    private static void isAsDocumented(Operation operation, Response response) {
        String status = Integer.toString(response.status());
        Map<String, Object> responses = JsonTree.at(operation.described(), "responses");
        assertThat(responses).as(operation + ": " + response).containsKey(status);
        Map<String, Map<String, Object>> content = JsonTree.at(responses, status, "content");
        if (content == null) {
            assertThat(response.body()).isEmpty();
            return;
        }
        assertThat(content).as(operation + " " + status).containsKey(response.header("content-type"));
        if (response.header("content-type").equals("application/json")) {
            assertThat(schema.problems(
                            JsonTree.at(content, "application/json", "schema"),
                            JsonTree.parse(response.body()),
                            operation + " " + status))
                    .isEmpty();
        }
    }

    @Test
    void everythingThatIsServedIsDescribedAndNothingElse() {
        Set<String> described = new TreeSet<>();
        operations().forEach(operation -> described.add(operation.toString()));
        Set<String> served = new TreeSet<>();
        Set<String> files = new TreeSet<>();
        ConsoleFiles.routes().forEach(route -> files.add(route.path()));
        for (Route route : admin.routes()) {
            if (!files.contains(route.path())) {
                served.add(route.method() + " " + route.path());
            }
        }

        assertThat(described).isEqualTo(served);
    }

    @Test
    void whatComesOutWellIsAsDescribed() throws IOException {
        for (Operation operation : operations()) {
            if (operation.isStream() || NOT_CALLED.contains(operation.toString())) {
                continue;
            }
            Response response = call(operation, withToken(operation), body(operation));

            assertThat(response.status()).as(operation + ": " + response.body()).isBetween(200, 299);
            isAsDocumented(operation, response);
        }
    }

    @Test
    void disconnectingIsAsDescribed() throws IOException {
        Operation operation = operations().stream()
                .filter(each -> each.path().endsWith("/disconnect"))
                .findFirst()
                .orElseThrow();
        try (NativeClient client = NativeClient.subscribe(admin.broker, "/topic/disconnected")) {
            await().until(() -> admin.broker.counters().subscribers().size() == 2);
            String id = admin.broker.counters().subscribers().stream()
                    .filter(each -> each.destination().equals("/topic/disconnected"))
                    .findFirst()
                    .orElseThrow()
                    .id();
            String target = operation.path().replace("{id}", id);

            isAsDocumented(operation, admin.post(target, "{}"));
            client.assertEnded();
            await().untilAsserted(
                            () -> assertThat(admin.post(target, "{}").status()).isEqualTo(404));
            isAsDocumented(operation, admin.post(target, "{}"));
            assertThat(admin.get("/api/v1/connections/" + id).body())
                    .contains("\"state\":\"closed\"", "\"close_reason\":\"admin\"");
        }
    }

    @Test
    void aTickIsAsDescribed() throws IOException {
        Operation operation = operations().stream()
                .filter(each -> each.path().equals("/api/v1/events"))
                .findFirst()
                .orElseThrow();
        try (PlainHttp client = new PlainHttp(admin.address)) {
            client.send(PlainHttp.get("/api/v1/events").replace("HTTP/1.1", "HTTP/1.0"));
            Response head = client.read(false);
            assertThat(head.header("content-type")).isEqualTo(EVENTS);
            for (int i = 0; i < 2; i++) {
                assertThat(client.line()).isEqualTo("event: tick");
                String data = client.line();
                assertThat(data).startsWith("data: ");
                assertThat(client.line()).isEmpty();
                assertThat(schema.problems(
                                JsonTree.at(operation.described(), "responses", "200", "content", EVENTS, "schema"),
                                JsonTree.parse(data.substring("data: ".length())),
                                "tick"))
                        .isEmpty();
            }
        }
    }

    @Test
    void whatIsRefusedIsRefusedAsDescribed() throws IOException {
        for (Operation operation : operations()) {
            String target = operation.target();
            String type = operation.isPost() ? "Content-Type: application/json\r\n" : "";
            Response foreignHost =
                    admin.ask(operation.method() + " " + target + " HTTP/1.1\r\nHost: evil.example\r\n\r\n");
            assertThat(foreignHost.status()).as(operation.toString()).isEqualTo(421);
            isAsDocumented(operation, foreignHost);
            Response foreignOrigin =
                    call(operation, "Origin: http://evil.example\r\n" + withToken(operation), body(operation));
            assertThat(foreignOrigin.status()).as(operation.toString()).isEqualTo(403);
            isAsDocumented(operation, foreignOrigin);
            Response withoutHost = admin.ask(operation.method() + " " + target + " HTTP/1.1\r\n\r\n");
            assertThat(withoutHost.status()).as(operation.toString()).isEqualTo(400);
            isAsDocumented(operation, withoutHost);
            if (operation.needsToken()) {
                for (String authorization :
                        List.of("", "Authorization: Bearer wrong\r\n", "Cookie: sluice_session=1.a.b\r\n")) {
                    Response withoutToken = call(operation, authorization + type, body(operation));
                    assertThat(withoutToken.status()).as(operation.toString()).isEqualTo(401);
                    isAsDocumented(operation, withoutToken);
                }
            }
        }
    }

    @Test
    void aPostWithABodyThatWillNotDoIsRefusedAsDescribed() throws IOException {
        for (Operation operation : operations()) {
            if (!operation.isPost()) {
                continue;
            }
            Response notJson = call(operation, "Authorization: Bearer " + admin.token + "\r\n", body(operation));
            assertThat(notJson.status()).as(operation.toString()).isEqualTo(415);
            isAsDocumented(operation, notJson);
            Response tooLarge = call(operation, withToken(operation), " ".repeat(Limits.BODY_BYTES + 1));
            assertThat(tooLarge.status()).as(operation.toString()).isEqualTo(413);
            isAsDocumented(operation, tooLarge);
            for (String body : List.of("[]", "{\"surely_not_known\":1}")) {
                Response wrong = call(operation, withToken(operation), body);
                assertThat(wrong.status()).as(operation + " " + body).isEqualTo(400);
                isAsDocumented(operation, wrong);
            }
        }
    }

    @Test
    void whatIsNotThereIsNotFoundAsDescribed() throws IOException {
        for (Operation operation : operations()) {
            if (JsonTree.at(operation.described(), "responses", "404") == null) {
                continue;
            }
            String target = operation.path().replace("{id}", "c-0")
                    + (operation.isPost() || operation.path().contains("{id}") ? "" : "?name=/queue/nothing");
            Response response = admin.ask(PlainHttp.request(
                    operation.method(),
                    target,
                    withToken(operation),
                    body(operation).replace("/queue/a", "/queue/nothing").replace("io.sluice.known", "nothing")));
            assertThat(response.status()).as(operation.toString()).isEqualTo(404);
            isAsDocumented(operation, response);
        }
    }

    @Test
    void parametersTakeWhatIsDescribed() throws IOException {
        for (Operation operation : operations()) {
            List<Map<String, Object>> parameters = JsonTree.at(operation.described(), "parameters");
            if (parameters == null || operation.isStream() || operation.isPost()) {
                continue;
            }
            for (Map<String, Object> parameter : parameters) {
                if (JsonTree.at(parameter, "schema", "enum") instanceof List<?> words) {
                    for (Object word : words) {
                        assertThat(parameterized(operation, parameter, String.valueOf(word))
                                        .status())
                                .as(operation + " " + parameter.get("name") + "=" + word)
                                .isEqualTo(200);
                    }
                    Response wrong = parameterized(operation, parameter, "surely-not-known");
                    assertThat(wrong.status()).isEqualTo(400);
                    isAsDocumented(operation, wrong);
                }
                if (JsonTree.at(parameter, "schema", "maximum") instanceof Long most) {
                    assertThat(parameterized(operation, parameter, Long.toString(most))
                                    .status())
                            .isEqualTo(200);
                    assertThat(parameterized(operation, parameter, Long.toString(most + 1))
                                    .status())
                            .isEqualTo(400);
                }
                if (JsonTree.at(parameter, "schema", "minimum") instanceof Long least) {
                    assertThat(parameterized(operation, parameter, Long.toString(least))
                                    .status())
                            .isEqualTo(200);
                    assertThat(parameterized(operation, parameter, Long.toString(least - 1))
                                    .status())
                            .isEqualTo(400);
                }
            }
        }
    }

    private static Response parameterized(Operation operation, Map<String, Object> parameter, String value)
            throws IOException {
        String query = QUERIES.getOrDefault(operation.toString(), "");
        String target =
                operation.target() + query + (query.isEmpty() ? "?" : "&") + parameter.get("name") + "=" + value;
        return admin.ask(PlainHttp.request("GET", target, withToken(operation), ""));
    }
}

package io.sluice.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.handler.codec.http.HttpMethod;
import io.sluice.broker.admin.PlainHttp.Response;
import io.sluice.broker.destination.Publication;
import io.sluice.broker.server.NativeClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is refused, with what status, and what is not. */
final class AdminServerTest {
    private static AdminFixture admin;

    @BeforeAll
    static void start() throws IOException {
        admin = new AdminFixture();
    }

    @AfterAll
    static void stop() {
        admin.close();
    }

    private static String withHost(String target, String host) {
        return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    }

    @Test
    void answersOneRequestAfterTheOtherOnOneConnection() throws IOException {
        try (PlainHttp client = new PlainHttp(admin.address)) {
            for (int i = 0; i < 3; i++) {
                client.send(PlainHttp.get("/readyz"));

                assertThat(client.read().body()).isEqualTo("{\"status\":\"ready\"}");
            }
        }
    }

    @Test
    void answersWhatWasAskedBeforeTheAnswerInOrder() throws IOException {
        try (PlainHttp client = new PlainHttp(admin.address)) {
            client.send((PlainHttp.get("/readyz") + PlainHttp.get("/nothing")).repeat(300));

            for (int i = 0; i < 300; i++) {
                assertThat(client.read().status()).isEqualTo(200);
                assertThat(client.read().status()).isEqualTo(404);
            }
        }
    }

    @Test
    void everyAnswerTellsBrowsersToDoNothingButShowIt() throws IOException {
        for (String target : List.of("/readyz", "/", "/nothing")) {
            Response response = admin.get(target);

            assertThat(response.header("content-security-policy"))
                    .startsWith("default-src 'self'")
                    .contains("frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(response.header("x-content-type-options")).isEqualTo("nosniff");
            assertThat(response.header("referrer-policy")).isEqualTo("no-referrer");
            assertThat(response.header("cache-control")).isEqualTo("no-store");
            assertThat(response.header("access-control-allow-origin")).isEmpty();
        }
    }

    @Test
    void headIsGetWithoutTheBody() throws IOException {
        try (PlainHttp client = new PlainHttp(admin.address)) {
            client.send(PlainHttp.request("HEAD", "/readyz", "", ""));
            Response head = client.read(false);
            client.send(PlainHttp.get("/readyz"));

            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("content-length")).isEqualTo("18");
            assertThat(client.read().body()).hasSize(18);
        }
    }

    @Test
    void namesAndAddressesOfThisMachineAreItsOwn() throws IOException {
        for (String host :
                List.of("localhost", "LOCALHOST:25001", "127.0.0.1", "127.0.0.1:1", "[::1]:25001", "[::1]")) {
            assertThat(admin.ask(withHost("/readyz", host)).status()).as(host).isEqualTo(200);
        }
    }

    @Test
    void otherNamesAreRefused() throws IOException {
        for (String host : List.of(
                "evil.example",
                "127.0.0.1.evil.example",
                "localhost.evil.example:25001",
                "10.1.2.3",
                "localhost:x",
                "localhost@evil.example",
                "[::1]evil",
                "[::2]",
                "",
                "localhost, evil.example")) {
            Response response = admin.ask(withHost("/readyz", host));

            assertThat(response.status()).as(host).isEqualTo(421);
            assertThat(response.body()).contains("\"code\":\"foreign_host\"");
        }
    }

    @Test
    void aRequestWithoutOrWithTwoHostsIsRefused() throws IOException {
        assertThat(admin.ask("GET /readyz HTTP/1.1\r\n\r\n").status()).isEqualTo(400);
        assertThat(admin.ask("GET /readyz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void pagesOfOtherSitesAreRefused() throws IOException {
        for (String origin :
                List.of("http://evil.example", "null", "http://localhost.evil.example", "http://localhost:1")) {
            assertThat(admin.ask(PlainHttp.request("GET", "/readyz", "Origin: " + origin + "\r\n", ""))
                            .status())
                    .as(origin)
                    .isEqualTo(403);
        }
        assertThat(admin.ask(PlainHttp.request("GET", "/readyz", "Origin: http://localhost\r\n", ""))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void whatPagesOfOtherSitesLoadIsRefusedWithoutAnOriginToo() throws IOException {
        for (String site : List.of("cross-site", "same-site", "same-origin\r\nSec-Fetch-Site: cross-site")) {
            for (String how : List.of(
                    "",
                    "Sec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n",
                    "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n")) {
                String headers = "Sec-Fetch-Site: " + site + "\r\n" + how;
                assertThat(admin.ask(PlainHttp.request("GET", "/readyz", headers, ""))
                                .status())
                        .as(headers)
                        .isEqualTo(403);
            }
        }
        for (String headers : List.of(
                "Sec-Fetch-Site: none\r\n",
                "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n",
                "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n")) {
            assertThat(admin.ask(PlainHttp.request("GET", "/", headers, "")).status())
                    .as(headers)
                    .isEqualTo(200);
        }
    }

    @Test
    void whatCanBeReadInTwoWaysIsRefusedAndTheConnectionClosed() throws IOException {
        List<String> twofold = List.of(
                "POST /api/v1/logout HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /api/v1/logout HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
                "POST /api/v1/logout HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
                "POST /api/v1/logout HTTP/1.1\r\nHost: localhost\r\nContent-Length: +2\r\n\r\n{}",
                "POST /api/v1/logout HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
                "GET /readyz HTTP/1.1\r\nHost : localhost\r\n\r\n",
                "GET http://localhost/readyz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "\u0016\u0003\u0001\u0002\r\n\r\n");
        for (String request : twofold) {
            try (PlainHttp client = new PlainHttp(admin.address)) {
                client.send(request);

                assertThat(client.read().status()).as(request).isEqualTo(400);
            }
        }
    }

    @Test
    void whatIsTooLargeIsRefusedAndTheConnectionClosed() throws IOException {
        Map<String, Integer> tooLarge = Map.of(
                PlainHttp.get("/" + "a".repeat(5000)),
                414,
                PlainHttp.request("GET", "/readyz", "X: " + "a".repeat(9000) + "\r\n", ""),
                431,
                PlainHttp.request("GET", "/readyz", "X: a\r\n".repeat(3000), ""),
                431,
                PlainHttp.post("/api/v1/logout", "", " ".repeat(70_000)),
                413,
                "POST /api/v1/logout HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + ("1000\r\n" + "a".repeat(0x1000) + "\r\n").repeat(20),
                413);
        for (Map.Entry<String, Integer> each : tooLarge.entrySet()) {
            try (PlainHttp client = new PlainHttp(admin.address)) {
                client.send(each.getKey());
                Response response = client.read();

                assertThat(response.status()).isEqualTo(each.getValue());
                assertThat(response.body()).contains("\"error\"");
                assertThat(response.header("x-content-type-options")).isEqualTo("nosniff");
                assertThat(client.isClosed()).isTrue();
            }
        }
    }

    @Test
    void aPathLeadsOnlyToWhatIsInTheTable() throws IOException {
        for (String target : List.of(
                "/../../../../etc/passwd",
                "/%2e%2e/%2e%2e/etc/passwd",
                "/console/index.html",
                "/index.html",
                "/..%2f..%2fetc%2fpasswd",
                "//etc/passwd",
                "/console.js/../net.js",
                "/console.css%00.js",
                "/package-info.class",
                "/uplot/LICENSE",
                "/Readyz")) {
            Response response = admin.get(target);

            assertThat(response.status()).as(target).isEqualTo(404);
            assertThat(response.body()).doesNotContain("etc").doesNotContain("root");
        }
        assertThat(admin.get("/%zz").status()).isEqualTo(400);
        assertThat(admin.get("/readyz?a=%zz").status()).isEqualTo(400);
    }

    @Test
    void aMethodThatAPathDoesNotTakeIsRefused() throws IOException {
        for (String method : List.of("POST", "PUT", "DELETE", "TRACE", "OPTIONS", "PATCH")) {
            Response response = admin.ask(PlainHttp.request(method, "/readyz", "", ""));

            assertThat(response.status()).as(method).isEqualTo(405);
            assertThat(response.header("allow")).isEqualTo("GET, HEAD");
        }
        assertThat(admin.get("/api/v1/login").status()).isEqualTo(405);
    }

    @Test
    void anotherVersionIsRefused() throws IOException {
        assertThat(admin.ask("GET /readyz HTTP/2.0\r\nHost: localhost\r\n\r\n").status())
                .isEqualTo(505);
        assertThat(admin.ask("GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n").status())
                .isEqualTo(200);
    }

    @Test
    void aBodyMustBeAFlatJsonObjectAndSaySo() throws IOException {
        String target = "/api/v1/logout";
        for (String type :
                List.of("", "Content-Type: text/plain\r\n", "Content-Type: application/x-www-form-urlencoded\r\n")) {
            assertThat(admin.ask(PlainHttp.request("POST", target, type, "{}")).status())
                    .as(type)
                    .isEqualTo(415);
        }
        for (String body : List.of(
                "",
                "[]",
                "{",
                "{}{}",
                "{\"a\":{}}",
                "{\"a\":1,\"a\":2}",
                "null",
                "{\"a\":1.5}",
                "{\"a\":99999999999999999999}",
                "\u00ff")) {
            assertThat(admin.ask(PlainHttp.post(target, "", body)).status())
                    .as(body)
                    .isEqualTo(400);
        }
        assertThat(admin.ask(PlainHttp.post(target, "", "{}")).status()).isEqualTo(204);
    }

    @Test
    void oneMoreConnectionTakesThePlaceOfTheOldestThatAsksNothing() throws IOException {
        try (AdminFixture small = new AdminFixture(Map.of("admin.max-connections", "4"))) {
            List<PlainHttp> silent = new ArrayList<>();
            try {
                for (int i = 0; i < 20; i++) {
                    PlainHttp client = new PlainHttp(small.address);
                    client.send("GET /re");
                    silent.add(client);
                }
                assertThat(small.get("/readyz").status()).isEqualTo(200);
                for (int i = 0; i < 16; i++) {
                    assertThat(silent.get(i).isClosed()).isTrue();
                }
                silent.get(19).send("adyz HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(silent.get(19).read().status()).isEqualTo(200);
            } finally {
                for (PlainHttp client : silent) {
                    client.close();
                }
            }
        }
    }

    @Test
    void streamsLeaveHalfOfThePlaces() throws IOException {
        List<PlainHttp> viewers = new ArrayList<>();
        try (AdminFixture small = new AdminFixture(Map.of("admin.max-connections", "8"))) {
            for (int i = 0; i < 4; i++) {
                PlainHttp viewer = new PlainHttp(small.address);
                viewers.add(viewer);
                viewer.send(PlainHttp.get("/api/v1/events"));
                assertThat(viewer.read(false).status()).isEqualTo(200);
            }

            assertThat(small.get("/api/v1/events").status()).isEqualTo(503);
            assertThat(small.get("/readyz").status()).isEqualTo(200);
        } finally {
            for (PlainHttp viewer : viewers) {
                viewer.close();
            }
        }
    }

    @Test
    void aClientThatIsSlowWithItsRequestIsClosed() throws IOException {
        try (PlainHttp client = new PlainHttp(admin.address)) {
            client.send("GET /readyz HTTP/1.1\r\n");

            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void everyFileOfTheConsoleIsServed() throws IOException {
        assertThat(admin.get("/").header("content-type")).isEqualTo("text/html; charset=utf-8");
        for (Route route : ConsoleFiles.routes()) {
            assertThat(admin.get(route.path()).status()).as(route.path()).isEqualTo(200);
        }
        Path folder = Path.of("src", "main", "resources", "io", "sluice", "broker", "admin", "console");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .as("in the folder, and to be served")
                    .containsAll(ConsoleFiles.LOADED)
                    .contains("index.html")
                    .hasSize(ConsoleFiles.LOADED.size() + 1);
        }
    }

    @Test
    void theConsoleHasWordsForAllThatBecomesOfATestMessage() throws IOException {
        String places = admin.get("/places.js").body();

        for (Publication outcome : Publication.values()) {
            assertThat(places).contains("\n  " + outcome.name().toLowerCase(Locale.ROOT) + ": '");
        }
    }

    @Test
    void isNotReadyWhileItDrains() throws Exception {
        AdminFixture draining = new AdminFixture(Map.of("transport.send-buffer", "64 KiB"));
        try (NativeClient reader = NativeClient.subscribe(draining.broker, "/topic/a");
                NativeClient publisher = NativeClient.subscribe(draining.broker, "/null")) {
            await().until(() -> draining.broker.counters().subscribers().size() == 1);
            String payload = "x".repeat(1 << 18);
            for (int i = 0; i < 16; i++) {
                publisher.publish("/topic/a", payload);
            }
            await().until(() -> draining.broker.counters().totals().messagesIn() == 16);
            Thread closing = new Thread(draining::close);
            closing.start();

            await().untilAsserted(() -> {
                Response response = draining.get("/readyz");
                assertThat(response.body()).isEqualTo("{\"status\":\"draining\"}");
                assertThat(response.status()).isEqualTo(503);
            });
            closing.join();
        }
    }

    @Test
    void everyAnswerForbidsWhatTheConsoleDoesNotNeed() throws IOException {
        Response response = admin.get("/");

        assertThat(List.of(response.header("content-security-policy").split("; ", -1)))
                .containsExactlyInAnyOrder(
                        "default-src 'self'",
                        "img-src 'self' data:",
                        "object-src 'none'",
                        "base-uri 'none'",
                        "form-action 'self'",
                        "frame-ancestors 'none'");
        assertThat(response.header("x-frame-options")).isEqualTo("DENY");
        assertThat(response.header("cross-origin-resource-policy")).isEqualTo("same-origin");
    }

    @Test
    void namesThatOnlyEndLikeOursAreRefused() throws IOException {
        for (String host : List.of("evillocalhost", "evil.localhost", "localhost.")) {
            assertThat(admin.ask(withHost("/readyz", host)).status()).as(host).isEqualTo(421);
        }
    }

    @Test
    void whatOnlyLooksLikeJsonIsRefused() throws IOException {
        // The last two a browser sends without asking first.
        for (String type : List.of(
                "application/jsonx",
                "application/json-patch+json",
                "text/plain;application/json",
                "text/plain; a=application/json")) {
            assertThat(admin.ask(PlainHttp.request("POST", "/api/v1/logout", "Content-Type: " + type + "\r\n", "{}"))
                            .status())
                    .as(type)
                    .isEqualTo(415);
        }
    }

    @Test
    void whatIsPostedIsTakenByNoOtherMethod() throws IOException {
        List<String> shown = admin.routes().stream()
                .filter(route -> route.method().equals(HttpMethod.GET))
                .map(Route::path)
                .toList();
        for (Route route : admin.routes()) {
            if (!shown.contains(route.path())) {
                for (String method : List.of("GET", "HEAD", "PUT", "DELETE", "PATCH")) {
                    String headers = "Authorization: Bearer " + admin.token + "\r\nContent-Type: application/json\r\n";
                    try (PlainHttp client = new PlainHttp(admin.address)) {
                        client.send(PlainHttp.request(method, route.path(), headers, ""));
                        assertThat(client.read(false).status())
                                .as(method + " " + route.path())
                                .isEqualTo(405);
                    }
                }
            }
        }
    }

    @Test
    void aLoweredBoundOfConnectionsIsForNewOnes() throws IOException {
        try (AdminFixture small = new AdminFixture();
                PlainHttp first = new PlainHttp(small.address)) {
            first.send(PlainHttp.get("/readyz"));
            assertThat(first.read().status()).isEqualTo(200);
            small.broker.reload(small.broker.config().with("admin.max-connections", "1"));
            // The change is made by the listener's loop, and this one is answered after it.
            first.send(PlainHttp.get("/readyz"));
            assertThat(first.read().status()).isEqualTo(200);

            assertThat(small.get("/readyz").status()).isEqualTo(200);
            assertThatThrownBy(() -> {
                        first.send(PlainHttp.get("/readyz"));
                        first.read();
                    })
                    .as("it was closed to make room")
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void soManyStreamsMayBeOpenAndPlacesAreGivenBack() throws IOException {
        List<PlainHttp> streams = new ArrayList<>();
        try (AdminFixture other = new AdminFixture()) {
            for (int i = 0; i < Limits.STREAMS; i++) {
                PlainHttp stream = new PlainHttp(other.address);
                streams.add(stream);
                stream.send(PlainHttp.get("/api/v1/events"));
                assertThat(stream.read(false).status()).isEqualTo(200);
            }
            assertThat(other.get("/api/v1/events").status()).isEqualTo(503);
            assertThat(other.get("/readyz").status()).isEqualTo(200);

            streams.get(0).close();
            await().untilAsserted(() ->
                    assertThat(other.get("/api/v1/events").status()).isEqualTo(200));
        } finally {
            for (PlainHttp stream : streams) {
                stream.close();
            }
        }
    }

    @Test
    void whoHasTheTokenGetsThePlaceOfAStreamWithout() throws IOException {
        List<PlainHttp> streams = new ArrayList<>();
        try (AdminFixture small = new AdminFixture(Map.of("admin.max-connections", "8"))) {
            String known =
                    PlainHttp.request("GET", "/api/v1/events", "Authorization: Bearer " + small.token + "\r\n", "");
            for (String ask : List.of(
                    known,
                    PlainHttp.get("/api/v1/events"),
                    PlainHttp.get("/api/v1/events"),
                    PlainHttp.get("/api/v1/events"),
                    known)) {
                PlainHttp stream = new PlainHttp(small.address);
                streams.add(stream);
                stream.send(ask);
                assertThat(stream.read(false).status()).isEqualTo(200);
            }
            assertThat(small.get("/api/v1/events").status()).isEqualTo(503);
            assertThatThrownBy(() -> {
                        while (true) {
                            streams.get(1).line();
                        }
                    })
                    .as("the first without the token was ended")
                    .isInstanceOf(IOException.class);
            for (int other : List.of(0, 2, 3, 4)) {
                assertThat(streams.get(other).line()).as("stream %d", other).isNotNull();
            }
            for (int place = 0; place < 2; place++) {
                assertThat(small.ask(known).status()).isEqualTo(200);
            }
        } finally {
            for (PlainHttp stream : streams) {
                stream.close();
            }
        }
    }

    @Test
    void whetherItLivesIsToldWhileAReloadHangs() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (AdminFixture hanging = new AdminFixture();
                PlainHttp operator = new PlainHttp(hanging.address)) {
            hanging.daemon.holdReloads(end);
            operator.send(PlainHttp.post("/api/v1/reload", hanging.token, "{}"));
            await().until(hanging.daemon::isReloading);

            assertThat(hanging.get("/healthz").status()).isEqualTo(200);
            assertThat(hanging.get("/readyz").status()).isEqualTo(200);
            end.countDown();
            assertThat(operator.read().status()).isEqualTo(200);
        } finally {
            end.countDown();
        }
    }

    @Test
    void whoIsRefusedAndStaysIsClosed() throws IOException {
        try (PlainHttp client = new PlainHttp(admin.address)) {
            client.send(PlainHttp.request("GET", "/readyz", "Connection: close\r\n", ""));
            assertThat(client.read().status()).isEqualTo(200);
            assertThat(client.isClosed()).as("half").isTrue();

            await().atMost(Duration.ofSeconds(30)).until(() -> isReset(client));
        }
    }

    private static boolean isReset(PlainHttp client) {
        try {
            client.send("x");
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}

package io.sluice.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.admin.PlainHttp.Response;
import io.sluice.broker.base.LogLines;
import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.config.ConfigException;
import io.sluice.broker.server.Broker;
import io.sluice.broker.server.BrokerStartException;
import io.sluice.broker.transport.TransportKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in to what, and where the token comes from. */
final class AccessTest {
    private static final String LOGIN = "/api/v1/login";

    @TempDir
    private Path folder;

    @Test
    void theTokenIsMadeForItsOwnerAlone() throws IOException {
        Path file = folder.resolve("a").resolve("b").resolve("admin-token");

        String token = TokenFile.readOrMake(file, true);

        assertThat(token).hasSizeGreaterThanOrEqualTo(43);
        assertThat(Files.readString(file)).isEqualTo(token + "\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
        assertThat(TokenFile.readOrMake(file, true)).isEqualTo(token);
        assertThat(file.getParent().toFile().list()).containsExactly("admin-token");
    }

    @Test
    void noFolderIsMadeForAFileThatSomebodyNamed() {
        Path file = folder.resolve("slip").resolve("admin-token");

        assertThatThrownBy(() -> TokenFile.readOrMake(file, false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is no folder " + file.getParent());
        assertThat(file.getParent()).doesNotExist();
    }

    @Test
    void whatIsNoTokenIsRefused() throws IOException {
        for (String text : List.of("", "short", "a token with blanks in it", "x".repeat(5000), "ü".repeat(20))) {
            Path file = Files.writeString(folder.resolve("t"), text);

            assertThatThrownBy(() -> TokenFile.read(file)).as(text).isInstanceOf(IOException.class);
        }
    }

    @Test
    void theUsualFileIsInTheStateDirectory() {
        assertThat(TokenFile.usual(Map.of(), "/home/a")).hasToString("/home/a/.local/state/sluice/admin-token");
        assertThat(TokenFile.usual(Map.of("XDG_STATE_HOME", "/s"), "/home/a")).hasToString("/s/sluice/admin-token");
        assertThat(TokenFile.usual(Map.of("XDG_STATE_HOME", "relative"), "/home/a"))
                .hasToString("/home/a/.local/state/sluice/admin-token");
    }

    @Test
    void aSessionIsValidForItsTimeAndUntilItIsEnded() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        AdminToken token = new AdminToken("secret-secret-secret", now::get);
        String session = token.newSession();
        String other = token.newSession();

        assertThat(token.isSession(session)).isTrue();
        assertThat(new AdminToken("secret-secret-secret", now::get).isSession(session))
                .as("after a restart")
                .isTrue();
        assertThat(new AdminToken("another-secret-secret", now::get).isSession(session))
                .isFalse();
        token.endSession(session);
        assertThat(token.isSession(session)).isFalse();
        assertThat(token.isSession(other)).isTrue();
        now.set(Instant.EPOCH.plus(AdminToken.SESSION).minus(Duration.ofSeconds(1)));
        assertThat(token.isSession(other)).isTrue();
        now.set(Instant.EPOCH.plus(AdminToken.SESSION));
        assertThat(token.isSession(other)).isFalse();
    }

    @Test
    void aSessionCannotBeMadeUp() {
        AdminToken token = new AdminToken("secret-secret-secret", () -> Instant.EPOCH);
        String session = token.newSession();

        for (String madeUp : List.of(
                "", ".", "..", "9999999999", "9999999999.a.", session + "x", "9" + session, session.substring(1))) {
            assertThat(token.isSession(madeUp)).as(madeUp).isFalse();
        }
        assertThat(new AdminToken("", () -> Instant.EPOCH).is("")).isFalse();
    }

    @Test
    void theTokenIsExchangedForACookieThatLetsIn() throws IOException {
        try (AdminFixture admin = new AdminFixture(Map.of("admin.host", "0.0.0.0"))) {
            assertThat(admin.get("/readyz").status()).isEqualTo(401);
            assertThat(admin.ask(PlainHttp.post(LOGIN, "", "{\"token\":\"wrong\"}"))
                            .status())
                    .isEqualTo(403);
            Response login = admin.ask(PlainHttp.post(LOGIN, "", "{\"token\":\"" + admin.token + "\"}"));

            assertThat(login.status()).isEqualTo(200);
            assertThat(Instant.parse(JsonTree.<String>at(JsonTree.parse(login.body()), "expires")))
                    .isBetween(
                            Instant.now().plusSeconds(12 * 3600 - 60),
                            Instant.now().plusSeconds(12 * 3600 + 1));
            String cookie = login.header("set-cookie");
            assertThat(cookie)
                    .contains("; HttpOnly")
                    .contains("; SameSite=Strict")
                    .contains("; Path=/");
            String pair = pair(login);
            assertThat(admin.ask(PlainHttp.request("GET", "/readyz", "Cookie: a=b; " + pair + "\r\n", ""))
                            .status())
                    .isEqualTo(200);
            Response logout = admin.ask(PlainHttp.request(
                    "POST", "/api/v1/logout", "Cookie: " + pair + "\r\nContent-Type: application/json\r\n", "{}"));
            assertThat(logout.header("set-cookie"))
                    .startsWith("sluice_session=;")
                    .contains("Max-Age=0");
            assertThat(admin.ask(PlainHttp.request("GET", "/readyz", "Cookie: " + pair + "\r\n", ""))
                            .status())
                    .isEqualTo(401);
        }
    }

    @Test
    void whoSignsInToASecondBrokerOnTheHostStaysSignedInToTheFirst() throws IOException {
        try (AdminFixture admin = new AdminFixture(Map.of("admin.host", "0.0.0.0"))) {
            String post =
                    "POST %s HTTP/1.1\r\nHost: %s\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s";
            String body = "{\"token\":\"" + admin.token + "\"}";
            String first = pair(admin.ask(post.formatted(LOGIN, "localhost:25001", "", body.length(), body)));
            String second = pair(admin.ask(post.formatted(LOGIN, "[::1]:25002", "", body.length(), body)));
            assertThat(first).startsWith("sluice_session_25001=");
            assertThat(second).startsWith("sluice_session_25002=");
            // Set for another path, by somebody who has nothing to do here.
            String cookies = "Cookie: sluice_session_25001=1.a.b; " + first + "; " + second + "\r\n";
            String get = "GET /readyz HTTP/1.1\r\nHost: %s\r\n" + cookies + "\r\n";

            assertThat(admin.ask(get.formatted("localhost:25001")).status()).isEqualTo(200);
            assertThat(admin.ask(get.formatted("localhost:25002")).status()).isEqualTo(200);
            assertThat(admin.ask(get.formatted("localhost")).status()).isEqualTo(401);
            admin.ask(post.formatted("/api/v1/logout", "localhost:25001", cookies, 2, "{}"));
            assertThat(admin.ask(get.formatted("localhost:25001")).status()).isEqualTo(401);
            assertThat(admin.ask(get.formatted("localhost:25002")).status()).isEqualTo(200);
        }
    }

    /** Name and value of the cookie that is set. */
    private static String pair(Response response) {
        String cookie = response.header("set-cookie");
        return cookie.substring(0, cookie.indexOf(';'));
    }

    @Test
    void whereOthersReachItAllNeedsTheTokenButTheConsolesFiles() throws IOException {
        try (AdminFixture admin = new AdminFixture(Map.of("admin.host", "0.0.0.0"))) {
            Response refused = admin.get("/readyz");
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.header("www-authenticate")).startsWith("Bearer");
            assertThat(refused.body()).contains("\"token_needed\"");
            assertThat(admin.get("/").status()).isEqualTo(200);
            for (String authorization : List.of("Bearer " + admin.token, "bearer  " + admin.token)) {
                assertThat(admin.ask(PlainHttp.request(
                                        "GET", "/readyz", "Authorization: " + authorization + "\r\n", ""))
                                .status())
                        .isEqualTo(200);
            }
            for (String authorization :
                    List.of("Bearer x" + admin.token, "Bearer", "Basic " + admin.token, admin.token)) {
                Response wrong =
                        admin.ask(PlainHttp.request("GET", "/readyz", "Authorization: " + authorization + "\r\n", ""));
                assertThat(wrong.status()).as(authorization).isEqualTo(401);
                assertThat(wrong.body()).as(authorization).contains("\"wrong_token\"");
            }
        }
    }

    @Test
    void healthMayBeOpened() throws IOException {
        try (AdminFixture admin = new AdminFixture(Map.of("admin.host", "0.0.0.0", "admin.open-health", "true"))) {
            assertThat(admin.get("/readyz").status()).isEqualTo(200);
        }
    }

    @Test
    void otherNamesMayBeAllowed() throws IOException {
        try (AdminFixture admin = new AdminFixture(Map.of("admin.hosts", "broker, Other.Example"))) {
            for (String host : List.of("broker:25001", "other.example")) {
                assertThat(admin.ask("GET /readyz HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                                .status())
                        .as(host)
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void whereOthersReachItThereMustBeAToken() {
        Map<String, String> open = Map.of("listen.port", "0", "admin.port", "0", "admin.host", "0.0.0.0");
        try (Broker broker = Broker.start(BrokerConfig.defaults().with(open))) {
            assertThatThrownBy(broker::openAdmin)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("name a file with a token in admin.token-file");
        }
        Path missing = folder.resolve("missing");
        try (Broker broker =
                Broker.start(BrokerConfig.defaults().with(open).with("admin.token-file", missing.toString()))) {
            assertThatThrownBy(broker::openAdmin)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining(missing.toString());
        }
    }

    @Test
    void withoutATokenTheBrokerRunsAndNothingCanBeChanged() throws IOException {
        Path blocked = Files.writeString(folder.resolve("file"), "").resolve("admin-token");
        Map<String, String> settings =
                Map.of("listen.port", "0", "admin.port", "0", "admin.token-file", blocked.toString());
        try (Broker broker = Broker.start(BrokerConfig.defaults().with(settings))) {
            var address = broker.openAdmin().orElseThrow();

            assertThat(PlainHttp.once(address, PlainHttp.get("/readyz")).status())
                    .isEqualTo(200);
            assertThat(PlainHttp.once(address, PlainHttp.post(LOGIN, "", "{\"token\":\"\"}"))
                            .status())
                    .isEqualTo(403);
            assertThat(broker.reload(broker.config().with("admin.hosts", "other.example")))
                    .hasSize(1);
        }
    }

    @Test
    void aTokenFileThatIsBrokenIsRefusedAndTheTokenStays() throws IOException {
        try (AdminFixture admin = new AdminFixture()) {
            Path empty = Files.writeString(folder.resolve("empty"), "");
            BrokerConfig next = admin.broker.config().with("admin.token-file", empty.toString());

            assertThatThrownBy(() -> admin.broker.reload(next))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("admin.token-file: ")
                    .hasMessageContaining(empty.toString());
            assertThat(admin.post("/api/v1/drain", "{\"leave_over_ms\":-2}").status())
                    .isEqualTo(400);
        }
    }

    @Test
    void aPortThatIsTakenIsAFaultOnlyIfItWasNamed() throws IOException {
        try (AdminFixture first = new AdminFixture()) {
            String taken = Integer.toString(first.address.getPort());
            try (Broker broker =
                    Broker.start(BrokerConfig.defaults().with(Map.of("listen.port", "0", "admin.port", taken)))) {
                assertThatThrownBy(broker::openAdmin)
                        .isInstanceOf(BrokerStartException.class)
                        .hasMessageContaining(":" + taken + ": the address is already in use")
                        .hasMessageContaining("admin.port");
                // The broker itself is none the worse.
                assertThat(broker.address().getPort()).isPositive();
            }
        }
    }

    @Test
    void settingsChangeWhileItRuns() throws IOException {
        try (AdminFixture admin = new AdminFixture(Map.of("admin.host", "0.0.0.0"))) {
            String asked = "GET /readyz HTTP/1.1\r\nHost: other.example\r\nAuthorization: Bearer %s\r\n\r\n";
            assertThat(admin.ask(asked.formatted(admin.token)).status()).isEqualTo(421);
            Path other = Files.writeString(folder.resolve("other"), "another-token-of-an-operator");
            BrokerConfig before = admin.broker.config();

            admin.broker.reload(
                    before.with(Map.of("admin.hosts", "other.example", "admin.token-file", other.toString())));

            await().untilAsserted(() -> assertThat(admin.ask(asked.formatted("another-token-of-an-operator"))
                            .status())
                    .isEqualTo(200));
            assertThat(admin.ask(asked.formatted(admin.token)).status()).isEqualTo(401);
            assertThatThrownBy(() -> admin.broker.reload(before.with(
                            "admin.token-file", folder.resolve("missing").toString())))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("admin.token-file: ");
            assertThat(admin.ask(asked.formatted("another-token-of-an-operator"))
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void itMayBeClosedTwice() throws Exception {
        AdminServer admin = AdminServer.open(
                BrokerConfig.defaults().admin(),
                0,
                folder.resolve("admin-token"),
                TransportKind.NIO,
                StandInBroker.view(() -> {}),
                new StandInDaemon());

        admin.close();
        admin.close();
    }

    @Test
    void itMayBeTurnedOff() {
        try (Broker broker =
                Broker.start(BrokerConfig.defaults().with(Map.of("listen.port", "0", "admin.enabled", "false")))) {
            assertThat(broker.openAdmin()).isEmpty();
        }
    }

    @Test
    void anotherTokenEndsTheStreamsThatTheFirstOpened() throws IOException {
        try (AdminFixture admin = new AdminFixture();
                PlainHttp withToken = new PlainHttp(admin.address);
                PlainHttp without = new PlainHttp(admin.address)) {
            String watch = "/api/v1/destinations/watch?name=/topic/a";
            withToken.send(PlainHttp.request("GET", watch, "Authorization: Bearer " + admin.token + "\r\n", ""));
            assertThat(withToken.read(false).status()).isEqualTo(200);
            without.send(PlainHttp.get("/api/v1/events"));
            assertThat(without.read(false).status()).isEqualTo(200);
            Path other = Files.writeString(folder.resolve("other"), "another-token-of-an-operator");

            admin.broker.reload(admin.broker.config().with("admin.token-file", other.toString()));

            await().until(() -> admin.broker.counters().destinations() == 0);
            // The second: the first may have been sent before.
            for (int tick = 0; tick < 2; tick++) {
                while (!without.line().equals("event: tick")) {
                    // Sizes, data and the lines in between.
                }
            }
        }
    }

    @Test
    void onlyTheWholeTokenIsTheToken() {
        AdminToken token = new AdminToken("Secret-Secret-Secret", () -> Instant.EPOCH);

        assertThat(token.is("Secret-Secret-Secret")).isTrue();
        for (String wrong : List.of(
                "",
                "S",
                "Secret-Secret-Secre",
                "Secret-Secret-Secret-",
                "Secret-Secret-SecretSecret-Secret-Secret",
                "ecret-Secret-Secret",
                "secret-secret-secret",
                "Secret-Secret-Secres")) {
            assertThat(token.is(wrong)).as(wrong).isFalse();
        }
    }

    @Test
    void whereOthersReachItNothingIsToldWithoutTheToken() throws IOException {
        try (AdminFixture admin = new AdminFixture(Map.of("admin.host", "0.0.0.0"))) {
            List<String> free = new ArrayList<>(List.of("/api/v1/login", "/api/v1/logout"));
            ConsoleFiles.routes().forEach(route -> free.add(route.path()));
            for (Route route : admin.routes()) {
                if (!free.contains(route.path())) {
                    assertThat(admin.ask(PlainHttp.request(
                                            route.method().name(),
                                            route.path(),
                                            "Content-Type: application/json\r\n",
                                            ""))
                                    .status())
                            .as(route.path())
                            .isEqualTo(401);
                }
            }
        }
    }

    @Test
    void healthAndMetricsAreOpenedEachForItself() throws IOException {
        for (boolean health : List.of(true, false)) {
            Map<String, String> settings = Map.of(
                    "admin.host",
                    "0.0.0.0",
                    "admin.open-health",
                    Boolean.toString(health),
                    "admin.open-metrics",
                    Boolean.toString(!health));
            try (AdminFixture admin = new AdminFixture(settings)) {
                for (String path : List.of("/healthz", "/readyz")) {
                    assertThat(admin.get(path).status()).as(path).isEqualTo(health ? 200 : 401);
                }
                assertThat(admin.get("/metrics").status()).isEqualTo(health ? 401 : 200);
                assertThat(admin.get("/api/v1/broker").status()).isEqualTo(401);
            }
        }
    }

    @Test
    void aBrowserForgetsASessionWhenItIsOver() throws IOException {
        try (AdminFixture admin = new AdminFixture()) {
            assertThat(admin.ask(PlainHttp.post(LOGIN, "", "{\"token\":\"" + admin.token + "\"}"))
                            .header("set-cookie"))
                    .endsWith("; Max-Age=" + AdminToken.SESSION.toSeconds());
        }
    }

    @Test
    void aTokenThatOthersMayReadIsTold() throws IOException {
        Path file = folder.resolve("t");
        TokenFile.readOrMake(file, true);
        try (LogLines log = LogLines.of("io.sluice.admin")) {
            TokenFile.readOrMake(file, true);
            assertThat(log.lines()).isEmpty();
            for (String permissions : List.of("rw-r-----", "rw----r--", "rw--w----")) {
                log.clear();
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
                TokenFile.readOrMake(file, true);
                assertThat(log.lines()).hasSize(1).first().asString().contains(permissions, "chmod 600");
            }
        }
    }
}

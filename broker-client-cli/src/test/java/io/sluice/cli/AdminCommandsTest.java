package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What all commands share that ask an admin listener: how it is found, the token, and how they fail. */
@Timeout(60)
final class AdminCommandsTest {
    private final FakeAdmin broker = new FakeAdmin();

    @TempDir
    private Path folder;

    @AfterEach
    void closeBroker() {
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"top", "drain", "reload"})
    void nobodyThereIsExitCodeThree(String name) throws Exception {
        broker.close();
        RunningCommand command = RunningCommand.start(name, "--admin", broker.address());

        assertThat(command.exitCode()).isEqualTo(ExitCode.CANNOT_CONNECT);
        assertThat(command.out()).isEmpty();
        assertThat(command.err())
                .isEqualTo("cannot connect to http://" + broker.address()
                        + ": Connection refused; is the broker running, with its admin listener there?\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"top", "drain", "reload"})
    void aWrongTokenIsExitCodeFour(String name) throws Exception {
        String refusal = "{\"error\":{\"status\":401,\"code\":\"wrong_token\",\"message\":\"the token is wrong\"}}";
        broker.answer("GET /api/v1/broker", 401, refusal);
        broker.answer("POST /api/v1/drain", 401, refusal);
        broker.answer("POST /api/v1/reload", 401, refusal);
        Path token = Files.writeString(folder.resolve("token"), "secret\n");
        RunningCommand command =
                RunningCommand.start(name, "--admin", broker.address(), "--token-file", token.toString());

        assertThat(command.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(command.err())
                .isEqualTo("refused by http://" + broker.address() + ": the token is wrong (the token is from " + token
                        + ")\n")
                .doesNotContain("secret");
        assertThat(broker.requests())
                .extracting(FakeAdmin.Request::token)
                .as("first without it, where that may do")
                .isEqualTo(name.equals("top") ? List.of("null", "Bearer secret") : List.of("Bearer secret"));
    }

    @Test
    void whatOnlyLooksGoesWithoutTheTokenUntilItIsWanted() {
        AdminClient client = new AdminClient(
                URI.create("http://" + broker.address()), new AdminToken("secret", "ours"), Duration.ofSeconds(20));
        client.get("/readyz");
        client.get("/api/v1/broker");
        assertThat(broker.requests()).extracting(FakeAdmin.Request::token).containsExactly("null", "null");

        broker.wantToken("Bearer secret");
        client.get("/api/v1/broker");
        client.get("/readyz");
        assertThat(broker.requests())
                .extracting(request -> request.uri() + " " + request.token())
                .as("asked once more, and from then on with it")
                .endsWith("/api/v1/broker null", "/api/v1/broker Bearer secret", "/readyz Bearer secret")
                .hasSize(5);
    }

    @Test
    void withoutATokenItSaysWhereOneWasLookedFor() throws Exception {
        broker.answer("POST /api/v1/reload", 401, "{\"error\":{\"message\":\"a token is needed\"}}");
        AdminClient client = new AdminClient(
                URI.create("http://" + broker.address()),
                AdminToken.none("it was looked for in /some/where"),
                Duration.ofSeconds(5));

        assertThat(catchThrowableOfType(CommandFailedException.class, () -> client.post("/api/v1/reload", "{}"))
                        .line())
                .endsWith("a token is needed (no token was sent: it was looked for in /some/where)");
        assertThat(broker.requests().get(0).token()).isEqualTo("null");
    }

    @Test
    void theStandardTokenFileIsThatOfTheBrokersUser() {
        assertThat(AdminOptions.standardTokenFile(Map.of("XDG_STATE_HOME", "/state")))
                .isEqualTo(Path.of("/state/sluice/admin-token"));
        assertThat(AdminOptions.standardTokenFile(Map.of("XDG_STATE_HOME", "relative")))
                .isEqualTo(Path.of(System.getProperty("user.home"), ".local/state/sluice/admin-token"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "caf\u00e9"})
    void aFileThatHoldsNoTokenIsWrongUsage(String content) throws Exception {
        Path file = Files.writeString(folder.resolve("token"), content);
        RunningCommand command =
                RunningCommand.start("reload", "--admin", broker.address(), "--token-file", file.toString());

        assertThat(command.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(command.err()).hasLineCount(1).contains("--token-file " + file);
        assertThat(broker.requests()).isEmpty();
    }

    @Test
    void whoDoesNotAnswerIsExitCodeFive() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            RunningCommand command =
                    RunningCommand.start("drain", "--admin", "127.0.0.1:" + silent.getLocalPort(), "--timeout", "0.2");

            assertThat(command.exitCode()).isEqualTo(ExitCode.TIMED_OUT);
            assertThat(command.err()).endsWith(" did not answer within 0.2 s (--timeout)\n");
        }
    }

    @Test
    void whatIsNoAdminListenerIsNamedSo() throws Exception {
        broker.answer("GET /api/v1/broker", 200, "<html>");
        RunningCommand html = RunningCommand.start("top", "--admin", broker.address());
        assertThat(html.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(html.err())
                .endsWith(" does not answer as the admin listener of a broker does: HTTP status 200, and no JSON\n");

        try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            RunningCommand command = RunningCommand.start("reload", "--admin", "127.0.0.1:" + other.getLocalPort());
            try (Socket socket = other.accept()) {
                socket.getOutputStream().write("\u001b[2Jnonsense\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                socket.shutdownOutput();
                assertThat(command.exitCode()).isEqualTo(ExitCode.FAILED);
            }
            assertThat(command.err())
                    .contains(" does not answer as the admin listener")
                    .doesNotContain("\u001b");
        }
    }

    @Test
    void anErrorOfTheBrokerIsShownWithoutControlCharacters() throws Exception {
        broker.answer("POST /api/v1/drain", 409, "{\"error\":{\"message\":\"it \\u001b[31mdrains already\"}}");
        RunningCommand command = RunningCommand.start("drain", "--admin", broker.address());

        assertThat(command.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(command.err()).endsWith(": it \\x1b[31mdrains already\n");
    }

    @Test
    void theAddressMayStandInTheSettings() throws Exception {
        broker.answer("POST /api/v1/reload", 200, "{\"changes\":[]}");
        Path token = Files.writeString(folder.resolve("token"), "of-the-settings");
        Path settings = Files.writeString(
                folder.resolve("client.properties"),
                "admin=http://" + broker.address() + "/\ntoken-file=" + token + "\n");
        RunningCommand command = RunningCommand.startWithSettings(settings, "reload");

        assertThat(command.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(broker.requests().get(0))
                .isEqualTo(new FakeAdmin.Request(
                        "POST", "/api/v1/reload", "Bearer of-the-settings", "application/json", "{}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "top --admin ftp://127.0.0.1:1",
                "top --admin http://127.0.0.1:1/path",
                "top --admin http://user@127.0.0.1:1",
                "top --admin http://127.0.0.1:99999",
                "top --admin :",
                "top --interval 0.01",
                "top --sort colour",
                "drain --timeout 0",
                "drain --wait x",
                "reload --token-file /no/such/file",
                "reload now"
            })
    void wrongUsageIsOneLine(String line) throws Exception {
        RunningCommand command = RunningCommand.start(line.split(" ", -1));

        assertThat(command.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(command.out()).isEmpty();
        assertThat(command.err()).hasLineCount(1).endsWith("--help\n");
    }

    // ---------------------------------------------------------------- reload

    @Test
    void reloadPrintsWhatHasChanged() throws Exception {
        broker.answer("POST /api/v1/reload", 200, """
                {"changes":[{"key":"log.level","old":"info","new":"debug\\u001b[2J","effect":"live"},
                 {"key":"handshake.timeout","old":"5 s","new":"2 s","effect":"new_connections"},
                 {"key":"listen.port","old":null,"new":25002,"effect":"restart"}]}""");
        RunningCommand command = RunningCommand.start("reload", "--admin", broker.address());

        assertThat(command.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(command.out()).isEqualTo("""
                log.level: info -> debug\\x1b[2J (in force)
                handshake.timeout: 5 s -> 2 s (for new connections)
                listen.port: not set -> 25002 (needs a restart)
                """);
        assertThat(command.err()).isEqualTo("changed: 3, waiting for a restart: 1\n");
    }

    @Test
    void aBadFileIsToldLineByLineAndFails() throws Exception {
        broker.answer("POST /api/v1/reload", 422, """
                {"error":{"message":"2 problems in sluice.yaml"},"problems":["line 3: a","line 4: b"]}""");
        RunningCommand command = RunningCommand.start("reload", "--admin", broker.address());

        assertThat(command.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(command.err()).isEqualTo("line 3: a\nline 4: b\nnot reloaded: 2 problems in sluice.yaml\n");
    }

    // ---------------------------------------------------------------- drain

    @Test
    void drainSaysHowSubscribersLeave() throws Exception {
        broker.answer("POST /api/v1/drain", 202, "");
        RunningCommand plain = RunningCommand.start("drain", "--admin", broker.address());
        assertThat(plain.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(plain.err()).isEqualTo("the broker at " + broker.address() + " drains\n");
        RunningCommand.start("drain", "--admin", broker.address(), "--leave-over", "2.5")
                .exitCode();

        assertThat(broker.requests())
                .extracting(FakeAdmin.Request::body)
                .containsExactly("{}", "{\"leave_over_ms\":2500}");
    }

    @Test
    void drainWaitsForTheEnd() throws Exception {
        broker.answer("POST /api/v1/drain", 202, "{}");
        RunningCommand command = RunningCommand.start("drain", "--admin", broker.address(), "--wait", "60");
        await().until(() ->
                broker.requests().stream().anyMatch(request -> request.method().equals("GET")));
        broker.close();

        assertThat(command.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(command.err()).endsWith(" drains\nit has ended\n");
    }

    @Test
    void aDrainThatTakesTooLongIsExitCodeFive() throws Exception {
        broker.answer("POST /api/v1/drain", 202, "{}");
        RunningCommand command = RunningCommand.start("drain", "--admin", broker.address(), "--wait", "0.1");

        assertThat(command.exitCode()).isEqualTo(ExitCode.TIMED_OUT);
        assertThat(command.lastErrLine()).endsWith(" has not ended within 0.1 s (--wait); it drains on");
    }
}

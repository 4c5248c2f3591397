package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.systemtest.Shell.Result;
import io.sluice.systemtest.Shell.Running;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import plainsocket.PlainClient;

/** {@code sluice top}, {@code check}, {@code reload} and {@code drain} as an operator uses them on a broker. */
@Timeout(300)
class OperatorToolsIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final byte[] PAYLOAD = new byte[20_000];

    @TempDir
    private Path folder;

    private final List<AutoCloseable> toClose = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = toClose.size() - 1; i >= 0; i--) {
            toClose.get(i).close();
        }
    }

    private BrokerProcess broker(String name, String... flags) throws Exception {
        BrokerProcess broker = BrokerProcess.start(
                name, Map.of("XDG_STATE_HOME", folder.resolve("state").toString()), flags);
        toClose.add(broker);
        return broker;
    }

    @Test
    void aStalledSubscriberTurnsUpFirstAndCheckWarns() throws Exception {
        BrokerProcess broker =
                broker("operator-slow", "--set=delivery.send-queue.max-bytes=2 MiB", "--set=native.max-frame=1 MiB");
        Shell shell = new Shell(folder, broker.port(), broker.adminPort());
        Result quiet = shell.run("bin/sluice check");
        assertThat(quiet.exitCode()).as(quiet.out() + quiet.err()).isZero();
        assertThat(quiet.out()).startsWith("SLUICE OK - ready; ");

        try (PlainClient stalled = new PlainClient(broker.host(), broker.port(), 4096);
                PlainClient idle = new PlainClient(broker.host(), broker.port());
                PlainClient publisher = new PlainClient(broker.host(), broker.port())) {
            stalled.subscribe("/topic/\u202estalled|");
            idle.subscribe("/topic/idle");
            publisher.subscribe("/null");
            await().atMost(TIMEOUT).untilAsserted(() -> {
                for (int i = 0; i < 100; i++) {
                    publisher.publish("/topic/\u202estalled|", PAYLOAD);
                }
                Result check = shell.run("bin/sluice check");
                assertThat(check.exitCode()).as(check.out() + check.err()).isEqualTo(1);
                assertThat(check.out())
                        .startsWith("SLUICE WARNING - 1 slow subscriber, c-")
                        .contains("/topic/\\u202estalled\\x7c) holds ")
                        .contains(" slow_subscribers=1;1;10;0 ");
            });
            assertThat(shell.run("bin/sluice check --slow -,1").exitCode()).isEqualTo(2);
            Result json = shell.run("bin/sluice check --format json");
            assertThat(json.out()).startsWith("{\"state\":\"warning\",\"exit_code\":1,");

            Result top = shell.run("bin/sluice top --once");
            assertThat(top.exitCode()).as(top.err()).isZero();
            List<String> lines = top.out().lines().toList();
            assertThat(lines.get(0)).contains(" at 127.0.0.1:" + broker.adminPort() + ": ready, up ");
            assertThat(lines.get(1)).contains("subscribers 2, slow 1, ");
            assertThat(after("   DESTINATION", lines)).startsWith("!  /topic/\\u202estalled|");
            assertThat(after("   SUBSCRIBER", lines))
                    .matches("!  c-\\d+ 127\\.0\\.0\\.1:\\d+ +/topic/.u202estalled\\| .*");

            stalled.reset();
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(
                                    shell.run("bin/sluice top -f stalled").out())
                            .containsPattern("CLOSED.*\n +\\d\\d:\\d\\d:\\d\\d  c-\\d+ 127[^\n]*/topic/.u202estalled"));
        }
    }

    /** The line under a table's titles. */
    private static String after(String titles, List<String> lines) {
        for (int i = 0; i < lines.size() - 1; i++) {
            if (lines.get(i).startsWith(titles)) {
                return lines.get(i + 1);
            }
        }
        return "no " + titles + " in " + lines;
    }

    @Test
    void reloadTellsWhatChangesAndABadFileChangesNothing() throws Exception {
        Path file = Files.writeString(folder.resolve("sluice.yaml"), "log: {level: info}\n");
        BrokerProcess broker = broker("operator-reload", "--config", file.toString());
        Shell shell = new Shell(folder, broker.port(), broker.adminPort());

        Files.writeString(file, "log: {level: debug}\n");
        Result reload = shell.run("bin/sluice reload");
        assertThat(reload.exitCode()).as(reload.err()).isZero();
        assertThat(reload.out()).isEqualTo("log.level: info -> debug (in force)\n");
        assertThat(reload.err()).isEqualTo("changed: 1\n");

        Files.writeString(file, "log: {level: loud}\n");
        Result bad = shell.run("bin/sluice reload");
        assertThat(bad.exitCode()).isEqualTo(1);
        assertThat(bad.out()).isEmpty();
        assertThat(bad.err()).contains("log.level").contains("not reloaded");

        Files.writeString(file, "log: {level: debug}\n");
        Result same = shell.run("bin/sluice reload");
        assertThat(same.exitCode()).isZero();
        assertThat(same.err()).isEqualTo("changed: 0\n");
    }

    @Test
    void drainLetsTheBrokerEnd() throws Exception {
        BrokerProcess broker = broker("operator-drain");
        Shell shell = new Shell(folder, broker.port(), broker.adminPort());
        Running listen = shell.start("bin/sluice listen -t /topic/drain");
        toClose.add(listen::end);
        await().atMost(TIMEOUT).until(() -> listen.err().contains("I am "));

        Result drain = shell.run("bin/sluice drain --leave-over 0.5 --wait 50");
        assertThat(drain.exitCode()).as(drain.err()).isZero();
        assertThat(drain.err()).isEqualTo("the broker at 127.0.0.1:" + broker.adminPort() + " drains\nit has ended\n");
        assertThat(broker.awaitExit(TIMEOUT)).isZero();
    }

    @Test
    void exitCodesSayWhatWentWrong() throws Exception {
        BrokerProcess broker = broker("operator-refused");
        Shell shell = new Shell(folder, broker.port(), broker.adminPort());
        Path token = folder.resolve("state/sluice/admin-token");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(token)))
                .isEqualTo("rw-------");
        Files.writeString(folder.resolve("wrong"), "wrong");
        for (String command : List.of("drain", "reload")) {
            assertThat(shell.run("bin/sluice " + command + " --token-file wrong")
                            .exitCode())
                    .isEqualTo(4);
        }
        assertThat(shell.run("bin/sluice top --once").exitCode()).isZero();
        assertThat(broker.isAlive()).isTrue();

        String nobody = "--admin 127.0.0.1:" + freePort();
        for (String command : List.of("top", "drain", "reload")) {
            assertThat(shell.run("bin/sluice " + command + " " + nobody).exitCode())
                    .isEqualTo(3);
        }
        assertThat(shell.run("bin/sluice check " + nobody).exitCode()).isEqualTo(2);
        assertThat(shell.run("bin/sluice check --admin 127.0.0.1:" + broker.port())
                        .exitCode())
                .isEqualTo(3);
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }
}

package io.sluice.loadtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.sluice.loadtest.report.JsonReport;
import io.sluice.loadtest.report.Report;
import io.sluice.loadtest.report.Report.Ratio;
import io.sluice.loadtest.report.Report.Row;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.target.Relay;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import picocli.CommandLine.Help.Ansi;

/** The scenarios as commands, small, against a relay in the place of a broker. */
@Timeout(60)
class ScenarioTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private final Relay relay = new Relay(0, false);

    @AfterEach
    void close() {
        relay.close();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void throughputGivesTableJsonAndPage() throws Exception {
        Command command =
                run("throughput", "--runs", "2", "--size", "16", "--size", "1KiB", "--html", html().toString());

        assertThat(command.exitCode()).as(command.err() + command.out()).isZero();
        assertThat(command.err()).isEmpty();
        assertThat(command.out())
                .startsWith("topic 1→1, 16 B  (throughput, window 8,192, warm-up 100 ms, duration 700 ms, runs 2)\n")
                .contains("\ntopic 1→1, 1 KiB  (", "delivered", "\n  sluice  ", "the generator publishes up to ")
                .doesNotContain("PROBLEM");
        Report report = JsonReport.read(json());
        assertThat(report.command()).startsWith("load-test throughput --runs 2 --size 16 ");
        assertThat(report.machine().cores()).isPositive();
        assertThat(report.rows()).extracting(Row::title).containsExactly("topic 1→1, 16 B", "topic 1→1, 1 KiB");
        for (Row row : report.rows()) {
            assertThat(row.ceiling()).isPositive();
            assertThat(row.runs()).extracting(Run::pair).containsExactly(1, 2);
            assertThat(row.runs()).allSatisfy(run -> {
                assertThat(run.deliveredPerSecond()).isPositive();
                assertThat(run.latency().curve()).isNotEmpty();
                assertThat(run.usage()).isNull();
                assertThat(run.counts())
                        .containsEntry("lost", 0L)
                        .containsEntry("delivered", run.counts().get("published"));
            });
        }
        assertThat(Files.readString(html())).contains("topic 1→1, 16 B");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void severalTargetsTakeTurnsAndAreComparedWithTheLimit() throws Exception {
        long pid = ProcessHandle.current().pid();
        Command command = run(
                "fan-out",
                "--runs=2",
                "--subscribers=3",
                "--limit",
                "--target-name=one",
                "--against=native=127.0.0.1:" + relay.port() + "/" + pid);

        assertThat(command.exitCode()).as(command.err() + command.out()).isZero();
        Row row = row();
        assertThat(row.runs())
                .extracting(Run::target)
                .containsExactly("one", "sluice", "limit", "limit", "sluice", "one");
        assertThat(row.ratios())
                .filteredOn(ratio -> ratio.name().equals("rate"))
                .extracting(Ratio::of, Ratio::to, Ratio::pairs)
                .containsExactly(tuple("one", "limit", 2), tuple("sluice", "limit", 2), tuple("one", "sluice", 2));
        assertThat(row.runs())
                .filteredOn(run -> !run.target().equals("one"))
                .allSatisfy(run -> assertThat(run.usage().rssPeakMib()).isPositive());
        assertThat(command.out()).contains("\n  one / limit: rate ");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aQueueDeliversEachMessageToOneSubscriber() throws Exception {
        assertThat(run("queue").exitCode()).isZero();
        assertThat(row().title()).isEqualTo("queue 2→4, 128 B");
        assertThat(onlyRun().counts())
                .containsEntry("delivered", onlyRun().counts().get("published"));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void latencyIsMeasuredAtARate() throws Exception {
        assertThat(run("latency", "--rate", "2000", "--duration", "1s").exitCode())
                .isZero();
        assertThat(onlyRun().publishedPerSecond()).isBetween(1500.0, 2500.0);
        assertThat(onlyRun().sendLag().count()).isPositive();
        assertThat(row().setting()).containsEntry("rate", "2,000 msg/s").doesNotContainKey("window");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void slowSubscribersHaveAControlRunBesideThem() throws Exception {
        Command command = run(
                "slow-subscribers",
                "--runs=2",
                "--subscribers=2",
                "--stalled=1",
                "--rate=1000",
                "--pid=" + ProcessHandle.current().pid());

        assertThat(command.exitCode()).as(command.err() + command.out()).isZero();
        assertThat(row().runs()).extracting(Run::variant).containsExactly("control", "slow", "slow", "control");
        assertThat(row().ratios()).extracting(Ratio::name).containsExactly("rate", "p50", "p99", "memory");
        assertThat(row().setting()).containsEntry("slow subscribers", "1").containsEntry("they read", "nothing");
        assertThat(command.out()).contains("\n  sluice slow / sluice control: rate ");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void visitsGoOnBesideASteadyStream() throws Exception {
        Command command = run("churn", "--rate=2000", "--visits=50", "--duration=1s");

        assertThat(command.exitCode()).as(command.err() + command.out()).isZero();
        assertThat(onlyRun().counts()).containsEntry("visits-failed", 0L).containsEntry("lost", 0L);
        assertThat(onlyRun().counts().get("visits")).isBetween(5L, 200L);
        assertThat(onlyRun().figures()).containsKeys("visits (/s)", "visit p50 (µs)", "visit p99 (µs)");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void idleConnectionsAreCountedAndAllReached() throws Exception {
        Command command = Command.run(
                "connections",
                "--port=" + relay.port(),
                "--connections=200",
                "--broadcasts=5",
                "--pid=" + ProcessHandle.current().pid(),
                "--json=" + json());

        assertThat(command.exitCode()).as(command.err() + command.out()).isZero();
        assertThat(onlyRun().counts())
                .containsEntry("delivered", 1000L)
                .containsEntry("lost", 0L)
                .containsEntry("disconnected", 0L);
        assertThat(onlyRun().figures())
                .containsKeys("memory per connection (B)", "connecting (/s)", "message to all (µs)");
        assertThat(command.out()).contains("200 idle connections", "memory per connection ");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aSoakShowsWhatTheProcessUses() throws Exception {
        Command command = run(
                "soak",
                "--rate=500",
                "--duration=3100ms",
                "--pid=" + ProcessHandle.current().pid());

        assertThat(command.exitCode()).as(command.err() + command.out()).isZero();
        Map<String, Double> figures = onlyRun().figures();
        assertThat(figures).containsKeys("early memory (MiB)", "late memory (MiB)", "late descriptors", "late threads");
        assertThat(figures.get("late heap (MiB)")).isPositive();
        assertThat(onlyRun().series())
                .hasSizeGreaterThanOrEqualTo(4)
                .allSatisfy(point -> assertThat(point.threads()).isPositive());
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void theLiveLineIsForTerminals() throws Exception {
        List<String> arguments = List.of(
                "throughput", "--port=" + relay.port(), "--runs=1", "--warm-up=0", "--duration=1100ms", "--no-ceiling");

        String terminal = Command.run(true, arguments.toArray(String[]::new)).err();
        // Not wrapped by the terminal, or it could not be written over.
        assertThat(terminal)
                .containsPattern("\r\u001b\\[K\u001b\\[\\?7ltopic 1→1, 128 B: sluice \\(run 1 of 1\\) [0-9.]+ %, "
                        + "[0-9.]+ [kM]?/s, p50 .*\u001b\\[\\?7h")
                .endsWith("\r\u001b[K");
        List<String> quiet = new ArrayList<>(arguments);
        quiet.add("--quiet");
        assertThat(Command.run(true, quiet.toArray(String[]::new)).err()).isEmpty();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whatWasMeasuredBeforeAnInterruptIsShown() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        CompletableFuture<Integer> exitCode = new CompletableFuture<>();
        Thread worker = new Thread(() -> exitCode.complete(LoadTest.run(
                new Console(out, err, Ansi.OFF, true),
                "throughput",
                "--port=" + relay.port(),
                "--json=" + json(),
                "--runs=1000",
                "--no-ceiling",
                "--warm-up=0",
                "--duration=700ms")));
        worker.start();
        await().atMost(TIMEOUT).until(() -> err.toString(StandardCharsets.UTF_8).contains("(run 2 of 1000)"));

        worker.interrupt();

        assertThat(exitCode.get(20, TimeUnit.SECONDS)).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("interrupted: what follows is what was measured until then");
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("topic 1→1, 128 B", "\n  sluice  ")
                .doesNotContain("PROBLEM");
        assertThat(row().runs()).hasSizeBetween(1, 100);
    }

    private Command run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--port=" + relay.port(), "--json=" + json()));
        if (!arguments[0].equals("throughput")) {
            all.add("--no-ceiling");
        }
        if (!all.toString().contains("--warm-up")) {
            all.add("--warm-up=100ms");
        }
        if (!all.toString().contains("--duration")) {
            all.add("--duration=700ms");
        }
        if (!all.toString().contains("--runs")) {
            all.add("--runs=1");
        }
        return Command.run(all.toArray(String[]::new));
    }

    private Row row() throws Exception {
        List<Row> rows = JsonReport.read(json()).rows();
        assertThat(rows).hasSize(1);
        return rows.get(0);
    }

    private Run onlyRun() throws Exception {
        assertThat(row().runs()).hasSize(1);
        return row().runs().get(0);
    }

    private Path json() {
        return folder.resolve("report.json");
    }

    private Path html() {
        return folder.resolve("report.html");
    }
}

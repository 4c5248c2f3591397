package io.sluice.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.loadtest.report.JsonReport;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.target.FaultyRelay;
import io.sluice.loadtest.target.FaultyRelay.Fault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever breaks a promise does not get away with it. */
@Timeout(60)
class FaultyTargetTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "throughput, LOSES, lost, messages were lost",
        "queue, LOSES, lost, messages were lost",
        "throughput, DOUBLES, duplicated, messages were delivered twice",
        "throughput, CUTS, foreign, payloads were none of those sent",
        "throughput, SWAPS, reordered, messages arrived after a later one",
    })
    @Execution(ExecutionMode.CONCURRENT)
    void aFaultFailsTheCommand(String scenario, Fault fault, String count, String problem) throws Exception {
        Command command = run(fault, scenario, "--runs=1", "--warm-up=0", "--duration=300ms");

        assertThat(command.exitCode()).as(command.out() + command.err()).isEqualTo(ExitCode.FAILED);
        assertThat(command.out()).contains("PROBLEM: sluice, run 1: ").contains(problem);
        assertThat(onlyRun().counts().get(count)).isPositive();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void withoutAWindowWhatIsLostIsReportedAndDoesNotFail() throws Exception {
        Command command = run(Fault.LOSES, "throughput", "--no-window", "--runs=1", "--warm-up=0", "--duration=300ms");

        assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
        assertThat(command.out()).contains("128 B, flood", "  sluice: lost ").doesNotContain("PROBLEM");
        assertThat(onlyRun().counts().get("lost")).isPositive();
    }

    @Test
    void whoIsGoneAtItsNextTurnFailsForWhatItLostBefore() throws Exception {
        Command command = run(Fault.ENDS, "throughput", "--runs=2", "--warm-up=0", "--duration=1s");

        assertThat(command.exitCode()).as(command.out() + command.err()).isEqualTo(ExitCode.FAILED);
        assertThat(command.err()).contains("cannot connect to ");
        assertThat(command.out()).contains("PROBLEM: sluice, run 1: ");
        assertThat(onlyRun().counts().get("disconnected")).isPositive();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aPauseShowsInTheLatencyOfIntendedTimes() throws Exception {
        Command command = run(Fault.PAUSES, "latency", "--rate=5000", "--runs=1", "--warm-up=1s", "--duration=2s");

        assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
        assertThat(onlyRun().latency().p999()).isBetween(150_000.0, 10_000_000.0);
        assertThat(onlyRun().latency().p50()).isLessThan(100_000);
    }

    private Command run(Fault fault, String... arguments) {
        try (FaultyRelay relay = new FaultyRelay(fault)) {
            List<String> all = new ArrayList<>(List.of(arguments));
            all.addAll(List.of("--no-ceiling", "--port=" + relay.port(), "--json=" + folder.resolve("report.json")));
            return Command.run(all.toArray(String[]::new));
        }
    }

    private Run onlyRun() throws Exception {
        List<Run> runs =
                JsonReport.read(folder.resolve("report.json")).rows().get(0).runs();
        assertThat(runs).hasSize(1);
        return runs.get(0);
    }
}

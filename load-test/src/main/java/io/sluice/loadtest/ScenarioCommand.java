package io.sluice.loadtest;

import io.sluice.loadtest.generator.ConnectFailedException;
import io.sluice.loadtest.report.Report;
import io.sluice.loadtest.report.Report.Row;
import io.sluice.loadtest.target.Targets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What all scenarios have in common: targets, output, and how a command begins and ends. */
abstract class ScenarioCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli's alone
    private StandardOptions standardOptions = new StandardOptions();

    @Mixin
    private TargetOptions targetOptions = new TargetOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    ScenarioCommand(Console console) {
        this.console = console;
    }

    /** Refuses options that cannot be meant. */
    abstract void check(CommandSpec command);

    /** How often each target has its turn. */
    abstract int rounds();

    abstract void measure(Bench bench) throws InterruptedException;

    boolean usesQueues() {
        return false;
    }

    /** Whether the generator's own ceiling is to be measured. */
    boolean hasCeiling() {
        return false;
    }

    @Override
    public final Integer call() throws InterruptedException {
        check(spec);
        targetOptions.check(spec, usesQueues());
        output.check(spec);
        Instant startedAt = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        LiveLine live = new LiveLine(console, output.quiet());
        live.doing("starting");
        try (Targets targets = targetOptions.open(spec);
                Ceiling ceiling = new Ceiling(live, hasCeiling())) {
            Bench bench = new Bench(targets.all(), rounds(), live, ceiling);
            int exitCode = measured(bench);
            if (!bench.rows().isEmpty()) {
                show(bench.rows(), startedAt);
            }
            return exitCode(exitCode, bench.rows());
        }
    }

    /** Who is gone when its next turn comes, and has lost something before, has failed. */
    private int exitCode(int ended, List<Row> rows) {
        return switch (ended) {
            case ExitCode.OK -> isGood(rows) ? ended : ExitCode.FAILED;
            case ExitCode.CANNOT_CONNECT -> isFlawless(rows) ? ended : ExitCode.FAILED;
            default -> ended;
        };
    }

    /** Prints rows to standard output. */
    void print(List<Row> rows) {
        console.print(ResultTable.text(rows));
    }

    /** Whether the command succeeds with these. */
    boolean isGood(List<Row> rows) {
        return isFlawless(rows);
    }

    private static boolean isFlawless(List<Row> rows) {
        return rows.stream().allMatch(row -> row.problems().isEmpty());
    }

    final TargetOptions targetOptions() {
        return targetOptions;
    }

    final Console console() {
        return console;
    }

    /** Whatever ends it early: what was measured until then is shown. */
    private int measured(Bench bench) {
        try {
            measure(bench);
            return ExitCode.OK;
        } catch (InterruptedException e) {
            console.note(
                    bench.rows().isEmpty()
                            ? Console.NOTHING_MEASURED
                            : "interrupted: what follows is what was measured until then");
            return ExitCode.INTERRUPTED;
        } catch (ConnectFailedException e) {
            if (Thread.interrupted()) {
                // Ctrl-C has ended the broker that was started, too.
                return ExitCode.INTERRUPTED;
            }
            console.error(String.valueOf(e.getMessage()));
            return ExitCode.CANNOT_CONNECT;
        }
    }

    private void show(List<Row> rows, Instant startedAt) {
        Report report = new Report(
                Report.FORMAT,
                StandardOptions.product(),
                startedAt.toString(),
                "load-test "
                        + String.join(
                                " ", spec.root().commandLine().getParseResult().originalArgs()),
                Machines.here(),
                rows);
        print(rows);
        output.write(report);
    }
}

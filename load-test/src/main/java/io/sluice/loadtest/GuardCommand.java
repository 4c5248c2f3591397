package io.sluice.loadtest;

import io.sluice.loadtest.generator.Generator;
import io.sluice.loadtest.generator.Sizes;
import io.sluice.loadtest.report.Report.Row;
import io.sluice.loadtest.target.Target;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code load-test guard}. */
@Command(
        name = "guard",
        description = {
            "Whether the broker is still as fast as it was: a fixed set of short runs in turn with a bare relay, under two and a "
                    + "half minutes.",
            "",
            "Fails if the median ratio of a row is under 60 %% of the one that was recorded last, in the file "
                    + "guard.properties of the load test's resources. --record prints the content for that file, to be "
                    + "recorded on a machine that does nothing else."
        })
final class GuardCommand extends ScenarioCommand {
    private static final int PAIRS = 5;

    private final Guard guard = Guard.standard();

    @Option(
            names = "--record",
            description = "Prints the measured ratios as lines for guard.properties, and judges nothing (default: no).")
    private boolean record;

    GuardCommand(Console console) {
        super(console);
    }

    @Override
    void check(CommandSpec command) {
        targetOptions().addLimit();
    }

    @Override
    int rounds() {
        return PAIRS;
    }

    @Override
    void measure(Bench bench) throws InterruptedException {
        warmUp(bench);
        guard.measure(bench);
    }

    @Override
    void print(List<Row> rows) {
        List<Guard.Verdict> verdicts = guard.verdicts(rows, GuardLimits.committed());
        if (record) {
            console().print(Guard.properties(verdicts));
        } else {
            super.print(rows);
            console().print("\n" + Guard.table(verdicts));
        }
    }

    @Override
    boolean isGood(List<Row> rows) {
        return super.isGood(rows)
                && (record
                        || guard.verdicts(rows, GuardLimits.committed()).stream()
                                .allMatch(Guard.Verdict::good));
    }

    /** Once for every process, so that the first row is not the slowest for no reason of its own. */
    private static void warmUp(Bench bench) throws InterruptedException {
        Duration time = Duration.ofSeconds(2);
        Setting setting = new Setting("guard", false, 1, 1, 4, Sizes.fixed(128), 0, 8192, Duration.ZERO, time);
        bench.live().doing("warming up");
        for (Target target : bench.targets()) {
            Generator.run(setting.load(target, RunNames.next(), List.of()), (second, done) -> {});
        }
    }
}

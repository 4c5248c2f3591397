package io.sluice.loadtest;

import io.sluice.loadtest.generator.Generator;
import io.sluice.loadtest.generator.Measurement;
import io.sluice.loadtest.report.Figures;
import io.sluice.loadtest.report.Report.Run;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code load-test churn}. */
@Command(
        name = "churn",
        description = {
            "What a steady stream notices of connections that come and go beside it: its subscribers must lose nothing.",
            "",
            "In a visit a subscriber and a publisher connect, a message goes from one to the other, and both leave, every "
                    + "other time without a goodbye; every fourth guest also subscribes to the steady stream and drops it. A "
                    + "visit that fails fails the run."
        })
final class ChurnCommand extends LoadCommand {
    private static final long STEADY_RATE = 20_000;

    @Option(
            names = "--guests",
            paramLabel = "N",
            description = "Visits at a time at the most, 1 to 100 (default: ${DEFAULT-VALUE}).")
    private int guests = 8;

    @Option(
            names = "--visits",
            paramLabel = "N",
            description =
                    "Visits a second, each two or three connections, 1 to 10000; a system runs out of ports at some "
                            + "thousand connections a second (default: ${DEFAULT-VALUE}).")
    private int visits = 200;

    ChurnCommand(Console console) {
        super(console, "churn", false, new LoadOptions(1, 2, STEADY_RATE));
    }

    @Override
    void check(CommandSpec command) {
        super.check(command);
        LoadOptions.checkRange(command, "--guests", guests, 1, 100);
        LoadOptions.checkRange(command, "--visits", visits, 1, 10_000);
    }

    @Override
    void measure(Bench bench, Setting setting) throws InterruptedException {
        Map<String, String> shown = new LinkedHashMap<>(setting.asMap());
        shown.put("guests", Integer.toString(guests));
        shown.put("visits", Figures.rate(visits));
        Bench.Head plain = bench.head(setting);
        Bench.Head head = new Bench.Head(
                setting.title() + ", beside visits", plain.scenario(), shown, plain.ceiling(), plain.mayLose());
        bench.row(head, Bench.NO_VARIANTS, turn -> run(bench, setting, turn), runs -> List.of());
    }

    private Run run(Bench bench, Setting setting, Turn turn) throws InterruptedException {
        RunRecorder recorder = new RunRecorder(turn, bench.live().of(setting.title(), turn));
        String name = RunNames.next();
        Measurement measured;
        Churn churn = new Churn(turn.target(), name, guests, visits);
        try (churn) {
            measured = Generator.run(setting.load(turn.target(), name, List.of()), recorder);
        }
        return recorder.run(measured, churn.counts(), churn.figures(), churn.firstFailure());
    }
}

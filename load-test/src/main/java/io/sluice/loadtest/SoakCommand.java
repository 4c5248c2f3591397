package io.sluice.loadtest;

import io.sluice.loadtest.generator.Generator;
import io.sluice.loadtest.generator.Measurement;
import io.sluice.loadtest.report.Report.Run;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code load-test soak}. */
@Command(
        name = "soak",
        description = {
            "Whether memory, heap, descriptors or threads of a broker grow over a long time of steady load.",
            "",
            "Growth from the second quarter of the measured time to the last fails, where the process is known and the time "
                    + "is at least two minutes. The heap of a JVM is known if it runs as the same user."
        })
final class SoakCommand extends LoadCommand {
    private static final long RATE = 20_000;

    SoakCommand(Console console) {
        super(console, "soak", false, new LoadOptions(1, 2, RATE).lasting(Span.ofSeconds(30), Span.ofSeconds(600), 1));
    }

    @Override
    void measure(Bench bench, Setting setting) throws InterruptedException {
        bench.row(bench.head(setting), Bench.NO_VARIANTS, turn -> run(bench, setting, turn), Growth::problems);
    }

    private static Run run(Bench bench, Setting setting, Turn turn) throws InterruptedException {
        RunRecorder recorder = new RunRecorder(turn, bench.live().of(setting.title(), turn));
        Measurement measured = Generator.run(setting.load(turn.target(), RunNames.next(), List.of()), recorder);
        return recorder.run(measured, Map.of(), Growth.figures(recorder.points()), "");
    }
}

package io.sluice.loadtest;

import io.sluice.loadtest.generator.SlowReader;
import io.sluice.loadtest.report.Side;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code load-test slow-subscribers}. */
@Command(
        name = "slow-subscribers",
        description = {
            "What healthy subscribers of a topic notice of slow ones beside them.",
            "",
            "Each control run, with the healthy subscribers alone, has a run with the slow ones added next to it: the ratios "
                    + "of rate, p50, p99 and memory are medians of these pairs. What slow subscribers miss is reported; what "
                    + "a healthy one misses fails."
        })
final class SlowSubscribersCommand extends LoadCommand {
    @Option(
            names = "--stalled",
            paramLabel = "N",
            description = "Slow subscribers, beside those of --subscribers, 1 to 10000 (default: ${DEFAULT-VALUE}).")
    private int stalled = 1;

    @Option(
            names = "--slow-bytes-per-second",
            paramLabel = "N",
            description = "How much each of them reads, in bytes a second; 0: nothing (default: ${DEFAULT-VALUE}).")
    private long bytesPerSecond;

    @Option(
            names = "--stop-after",
            paramLabel = "TIME",
            converter = Span.Converter.class,
            description =
                    "When they become slow, from the beginning of the measured time; 0 s: from the start (default: "
                            + "0 s).")
    private Span stopAfter = Span.ofSeconds(0);

    @Option(
            names = "--resume-after",
            paramLabel = "TIME",
            converter = Span.Converter.class,
            description =
                    "When they read at full speed again, from the beginning of the measured time; 0 s: never (default: "
                            + "0 s).")
    private Span resumeAfter = Span.ofSeconds(0);

    SlowSubscribersCommand(Console console) {
        super(console, "slow-subscribers", false, new LoadOptions(1, 9, 0));
    }

    @Override
    void check(CommandSpec command) {
        super.check(command);
        LoadOptions.checkRange(command, "--stalled", stalled, 1, 10_000);
        LoadOptions.checkRange(command, "--slow-bytes-per-second", bytesPerSecond, 0, 1_000_000_000);
        if (!resumeAfter.duration().isZero() && resumeAfter.duration().compareTo(stopAfter.duration()) <= 0) {
            throw new ParameterException(
                    command.commandLine(), "--resume-after " + resumeAfter + " is not after --stop-after " + stopAfter);
        }
        Span latest = stopAfter.duration().compareTo(resumeAfter.duration()) > 0 ? stopAfter : resumeAfter;
        if (latest.duration().compareTo(load().duration()) >= 0) {
            throw new ParameterException(
                    command.commandLine(),
                    "--duration " + Span.text(load().duration()) + " is over before "
                            + (latest.equals(stopAfter) ? "--stop-after " : "--resume-after ") + latest);
        }
    }

    @Override
    void measure(Bench bench, Setting setting) throws InterruptedException {
        List<SlowReader> slow = Collections.nCopies(
                stalled, new SlowReader(bytesPerSecond, stopAfter.duration(), resumeAfter.duration()));
        Map<String, String> shown = new LinkedHashMap<>(setting.asMap());
        shown.put("slow subscribers", Integer.toString(stalled));
        shown.put("they read", bytesPerSecond == 0 ? "nothing" : bytesPerSecond + " B/s");
        if (!stopAfter.duration().isZero()) {
            shown.put("from", stopAfter.toString());
        }
        if (!resumeAfter.duration().isZero()) {
            shown.put("until", resumeAfter.toString());
        }
        Bench.Head plain = bench.head(setting);
        Bench.Head head = new Bench.Head(
                setting.title() + ", beside " + stalled + (bytesPerSecond == 0 ? " stalled" : " slow"),
                plain.scenario(),
                shown,
                plain.ceiling(),
                plain.mayLose());
        bench.row(
                head, List.of(Side.CONTROL, Side.SLOW), new LoadTrial(setting, slow, bench.live()), runs -> List.of());
    }
}

package io.sluice.loadtest;

import io.sluice.loadtest.generator.Generator;
import io.sluice.loadtest.generator.Load;
import io.sluice.loadtest.generator.Measurement;
import io.sluice.loadtest.generator.Progress;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.target.OwnProcess;
import io.sluice.loadtest.target.StartException;
import io.sluice.loadtest.wire.WireFormats;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many messages a second the generator itself can publish, in the native protocol, to a process that discards them: measured
 * once for each number of publishers and destinations and each size. Where a run comes near to that, it says more about the
 * generator than about the target.
 */
final class Ceiling implements AutoCloseable {
    /** From this share of the ceiling on a run is generator-bound: 1.5 × of it would be above. */
    private static final double HEADROOM = 1.5;

    private static final Duration LONGEST = Duration.ofSeconds(1);

    private final Map<String, Double> known = new HashMap<>();
    private final LiveLine live;
    private final boolean wanted;
    private @Nullable OwnProcess sink;

    /** @param wanted whether it is to be measured at all */
    Ceiling(LiveLine live, boolean wanted) {
        this.live = live;
        this.wanted = wanted;
    }

    /** In messages a second; 0 if it was not measured. */
    double of(Setting setting) throws InterruptedException {
        if (!wanted) {
            return 0;
        }
        String key = setting.publishers() + " " + setting.destinations() + " " + setting.sizes();
        Double before = known.get(key);
        if (before != null) {
            return before;
        }
        live.doing("measuring the generator's own ceiling");
        Measurement measured = Generator.run(load(setting), nothing());
        double ceiling = measured.error().isEmpty() ? measured.publishedPerSecond() : 0;
        known.put(key, ceiling);
        return ceiling;
    }

    static boolean isGeneratorBound(double ceiling, List<Run> runs) {
        return ceiling > 0 && runs.stream().anyMatch(run -> run.publishedPerSecond() * HEADROOM > ceiling);
    }

    @Override
    public void close() {
        if (sink != null) {
            sink.close();
        }
    }

    private Load load(Setting setting) throws InterruptedException {
        Duration time = setting.duration().compareTo(LONGEST) < 0 ? setting.duration() : LONGEST;
        return new Load(
                WireFormats.of("native"),
                sink().address(),
                false,
                setting.destinations(),
                RunNames.next(),
                setting.publishers(),
                0,
                List.of(),
                setting.sizes(),
                0,
                0,
                time,
                time,
                Duration.ZERO);
    }

    private OwnProcess sink() throws InterruptedException {
        if (sink == null) {
            try {
                sink = OwnProcess.sink();
            } catch (StartException | IOException e) {
                throw new CommandFailedException(ExitCode.FAILED, String.valueOf(e.getMessage()));
            }
        }
        return sink;
    }

    private static Progress nothing() {
        return (second, done) -> {};
    }
}

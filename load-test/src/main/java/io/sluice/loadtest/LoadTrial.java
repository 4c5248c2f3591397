package io.sluice.loadtest;

import io.sluice.loadtest.generator.Generator;
import io.sluice.loadtest.generator.SlowReader;
import io.sluice.loadtest.report.Figures;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.report.Side;
import java.util.List;

/**
 * Publishes and subscribes as the setting says.
 *
 * @param slow subscribers added in the variant {@link Side#SLOW}
 */
record LoadTrial(Setting setting, List<SlowReader> slow, LiveLine live) implements Trial {
    /** Of the rate that was asked for; with less a run has measured something else. */
    private static final double REACHED = 0.98;

    @Override
    public Run run(Turn turn) throws InterruptedException {
        RunRecorder recorder = new RunRecorder(turn, live.of(setting.title(), turn));
        List<SlowReader> added = turn.variant().equals(Side.SLOW) ? slow : List.of();
        Run run = recorder.run(Generator.run(setting.load(turn.target(), RunNames.next(), added), recorder));
        if (run.error().isEmpty() && run.publishedPerSecond() < REACHED * setting.rate()) {
            live.note(setting.title() + ": " + Side.of(run).label() + ", run " + run.pair()
                    + ": the rate was not reached, " + Figures.rate(run.publishedPerSecond())
                    + " were published; latency counts from the intended times, and grows");
        }
        return run;
    }
}

package io.sluice.loadtest;

import io.sluice.loadtest.generator.Generator;
import io.sluice.loadtest.generator.SlowReader;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.report.Side;
import java.util.List;

/**
 * Publishes and subscribes as the setting says.
 *
 * @param slow subscribers added in the variant {@link Side#SLOW}
 */
record LoadTrial(Setting setting, List<SlowReader> slow, LiveLine live) implements Trial {
    @Override
    public Run run(Turn turn) throws InterruptedException {
        RunRecorder recorder = new RunRecorder(turn, live.of(setting.title(), turn));
        List<SlowReader> added = turn.variant().equals(Side.SLOW) ? slow : List.of();
        return recorder.run(Generator.run(setting.load(turn.target(), RunNames.next(), added), recorder));
    }
}

package io.sluice.loadtest;

import io.sluice.loadtest.report.Report.Row;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Measures rows, one after the other, and keeps what they gave, also when it is interrupted. One thread. */
final class Bench {
    static final List<String> NO_VARIANTS = List.of("");

    private final List<Target> targets;
    private final int rounds;
    private final LiveLine live;
    private final Ceiling ceiling;
    private final List<Row> rows = new ArrayList<>();

    Bench(List<Target> targets, int rounds, LiveLine live, Ceiling ceiling) {
        this.targets = List.copyOf(targets);
        this.rounds = rounds;
        this.live = live;
        this.ceiling = ceiling;
    }

    List<Target> targets() {
        return targets;
    }

    LiveLine live() {
        return live;
    }

    List<Row> rows() {
        return List.copyOf(rows);
    }

    /**
     * What a row says of itself before anything is measured.
     *
     * @param ceiling of the generator, 0 where it does not matter
     */
    record Head(String title, String scenario, Map<String, String> setting, double ceiling, boolean mayLose) {}

    /** A row of plain load. */
    void row(Setting setting) throws InterruptedException {
        row(head(setting), NO_VARIANTS, new LoadTrial(setting, List.of(), live), runs -> List.of());
    }

    Head head(Setting setting) throws InterruptedException {
        return new Head(setting.title(), setting.scenario(), setting.asMap(), ceiling.of(setting), setting.mayLose());
    }

    /**
     * Any row.
     *
     * @param judge finds further problems in all its runs
     */
    void row(Head head, List<String> variants, Trial trial, Function<List<Run>, List<String>> judge)
            throws InterruptedException {
        List<Run> runs = new ArrayList<>();
        try {
            for (Turn turn : Turn.all(targets, variants, rounds)) {
                Run run = trial.run(turn);
                // Ctrl-C reaches started processes too: what the run says of a target that ends is no finding.
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                runs.add(run);
            }
        } finally {
            if (!runs.isEmpty()) {
                rows.add(row(head, variants, runs, judge.apply(runs)));
            }
        }
    }

    private Row row(Head head, List<String> variants, List<Run> runs, List<String> judged) {
        List<String> problems = new ArrayList<>(Problems.of(runs, head.mayLose()));
        problems.addAll(judged);
        return new Row(
                head.title(),
                head.scenario(),
                head.setting(),
                head.ceiling(),
                Ceiling.isGeneratorBound(head.ceiling(), runs),
                List.copyOf(runs),
                Ratios.of(targets, variants, runs),
                problems);
    }
}

package io.sluice.loadtest;

import io.sluice.loadtest.report.Figures;
import io.sluice.loadtest.report.Report.Point;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.report.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What must not happen in a run, whatever the target: also a protocol that may drop fails, as somebody missed something. */
final class Problems {
    /** Counts that must be 0, and how they are told. Slow subscribers miss what they miss. */
    private static final Map<String, String> MUST_BE_0 = Map.of(
            "duplicated", "messages were delivered twice",
            "reordered", "messages arrived after a later one",
            "foreign", "payloads were none of those sent",
            "disconnected", "connections were closed that should have lived",
            "visits-failed", "visits failed");

    private Problems() {}

    /** @param mayLose whether publishers flooded */
    static List<String> of(List<Run> runs, boolean mayLose) {
        List<String> problems = new ArrayList<>();
        for (Run run : runs) {
            String who = Side.of(run).label() + ", run " + run.pair() + ": ";
            if (!run.error().isEmpty()) {
                problems.add(who + run.error());
            }
            long lost = run.counts().getOrDefault("lost", 0L);
            long delivered = run.counts().getOrDefault("delivered", 0L);
            if (lost > 0 && !mayLose) {
                problems.add(
                        who + Figures.count(lost) + " of " + Figures.count(lost + delivered) + " messages were lost");
            }
            MUST_BE_0.keySet().stream().sorted().forEach(key -> {
                long count = run.counts().getOrDefault(key, 0L);
                if (count > 0) {
                    problems.add(who + Figures.count(count) + " " + MUST_BE_0.get(key));
                }
            });
            if (delivered == 0 && run.error().isEmpty()) {
                problems.add(who + "nothing was delivered");
            } else if (run.error().isEmpty() && run.deliveredPerSecond() == 0 && wasMeasured(run)) {
                problems.add(who + "nothing was delivered in the measured time");
            }
        }
        return problems;
    }

    /** Whether its deliveries were counted by the second, as those of idle connections are not. */
    private static boolean wasMeasured(Run run) {
        return run.series().stream().anyMatch(Point::measured);
    }
}

package io.sluice.loadtest;

import io.sluice.loadtest.report.Figures;
import io.sluice.loadtest.report.Report.Point;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.report.Side;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What a process used in the second quarter of a run against the last. The least of each quarter is taken: what garbage and
 * bursts add comes and goes, and what stays below them is what grows.
 */
final class Growth {
    /** Shorter runs show how a JVM warms up. */
    private static final int MIN_POINTS = 120;

    private static final List<Kind> KINDS = List.of(
            new Kind("memory (MiB)", Point::rssMib, 1.1, 16),
            new Kind("heap (MiB)", Point::heapMib, 1.25, 16),
            new Kind("descriptors", Point::descriptors, 1, 4),
            new Kind("threads", Point::threads, 1, 4));

    private Growth() {}

    /**
     * What may grow.
     *
     * @param factor how much more is no growth
     * @param slack what may be added to that
     */
    private record Kind(String name, ToDoubleFunction<Point> of, double factor, double slack) {
        /** The least in a quarter, 0 to 3. */
        double least(List<Point> points, int quarter) {
            return points.subList(points.size() * quarter / 4, points.size() * (quarter + 1) / 4).stream()
                    .mapToDouble(of)
                    .min()
                    .orElse(0);
        }

        double before(List<Point> points) {
            return least(points, 1);
        }

        double after(List<Point> points) {
            return least(points, 3);
        }

        boolean isKnown(List<Point> points) {
            return points.size() >= 4 && before(points) > 0;
        }

        boolean grew(List<Point> points) {
            return after(points) > before(points) * factor + slack;
        }
    }

    /** What was used in the second and in the last quarter of the measured time. */
    static Map<String, Double> figures(List<Point> all) {
        Map<String, Double> figures = new LinkedHashMap<>();
        List<Point> points = measured(all);
        for (Kind kind : KINDS) {
            if (kind.isKnown(points)) {
                figures.put("early " + kind.name, kind.before(points));
                figures.put("late " + kind.name, kind.after(points));
            }
        }
        return figures;
    }

    static List<String> problems(List<Run> runs) {
        List<String> problems = new ArrayList<>();
        for (Run run : runs) {
            List<Point> points = measured(run.series());
            if (points.size() < MIN_POINTS) {
                continue;
            }
            for (Kind kind : KINDS) {
                if (kind.isKnown(points) && kind.grew(points)) {
                    problems.add(Side.of(run).label() + ", run " + run.pair() + ": "
                            + Figures.withoutUnit(kind.name) + " grew from "
                            + Figures.named(kind.name, kind.before(points)) + " in the second quarter to "
                            + Figures.named(kind.name, kind.after(points)) + " in the last");
                }
            }
        }
        return problems;
    }

    private static List<Point> measured(List<Point> all) {
        return all.stream().filter(Point::measured).toList();
    }
}

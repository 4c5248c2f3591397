package io.sluice.loadtest;

import io.sluice.loadtest.report.Report.Latency;
import io.sluice.loadtest.report.Report.Point;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.report.Report.Usage;
import java.util.List;
import java.util.Map;

/** Runs as they might have been. */
final class Runs {
    private Runs() {}

    static Run run(int round, String target, String variant, double rate) {
        return run(round, target, variant, rate, Map.of("delivered", 100L, "published", 100L), Map.of(), List.of(), "");
    }

    static Run withCounts(Map<String, Long> counts) {
        return run(1, "sluice", "", 100, counts, Map.of(), List.of(), "");
    }

    static Run withError(String error) {
        return run(1, "sluice", "", 0, Map.of(), Map.of(), List.of(), error);
    }

    static Run withSeries(List<Point> series) {
        return withSeries(series, 100);
    }

    static Run withSeries(List<Point> series, double rate) {
        return run(1, "sluice", "", rate, Map.of("delivered", 1L), Map.of(), series, "");
    }

    static Run withFigures(Map<String, Double> figures) {
        return run(1, "sluice", "", 100, Map.of("delivered", 1L), figures, List.of(), "");
    }

    private static Run run(
            int round,
            String target,
            String variant,
            double rate,
            Map<String, Long> counts,
            Map<String, Double> figures,
            List<Point> series,
            String error) {
        Latency latency = new Latency(100, rate / 10, rate / 8, rate / 5, rate / 4, rate / 2, List.of());
        Latency none = new Latency(0, 0, 0, 0, 0, 0, List.of());
        Usage usage = new Usage(1, 0.5, 0.9, 50, 60, rate);
        return new Run(round, target, variant, 5, rate, rate, counts, latency, none, usage, 1, figures, series, error);
    }
}

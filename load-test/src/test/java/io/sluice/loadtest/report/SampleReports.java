package io.sluice.loadtest.report;

import io.sluice.loadtest.report.Report.Latency;
import io.sluice.loadtest.report.Report.Machine;
import io.sluice.loadtest.report.Report.Percentile;
import io.sluice.loadtest.report.Report.Point;
import io.sluice.loadtest.report.Report.Row;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.report.Report.Usage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Reports as a load test could write them, the same at every call; none of the figures was measured. */
final class SampleReports {
    static final String SCRIPT = "</script><img src=x onerror=\"document.title='injected'\">";

    private static final Machine MACHINE = new Machine("Linux 6.1, amd64", "Example CPU 3000", 8, 32_000, "25.0.3");

    private SampleReports() {}

    static Report report(List<Row> rows) {
        return new Report(
                1,
                "sluice 0.1.0",
                "2026-11-21T17:30:00.123Z",
                "load-test fan-out --limit --runs 3 --json a.json",
                MACHINE,
                rows);
    }

    static Report nothing() {
        return report(List.of());
    }

    /** Rows of every kind, against several targets. {@code speed} scales what sluice does. */
    static Report realistic(double speed) {
        return report(List.of(
                throughput("topic 1→1, 128 B", 19.7e6, 12.6e6 * speed, 1.6e6, 0.94e6),
                throughput("topic 1→10, 128 B", 30.8e6, 41.2e6 * speed, 3.2e6, 3.4e6),
                throughput("queue 2→4, 128 B", 18.2e6, 10.1e6 * speed, 1.5e6, Double.NaN),
                latency(),
                slowSubscribers(),
                connections(),
                soak()));
    }

    /** Values that nobody expects, and texts that mean harm. */
    static Report odd() {
        List<Run> many = new ArrayList<>();
        for (int target = 1; target <= 12; target++) {
            many.addAll(runs("target-" + target, "", 3, 1e6 * target, 80 * target, 20, 10));
        }
        Row failed = new Row(
                "fan-out " + SCRIPT,
                "fan-out",
                Map.of("size" + SCRIPT, "128 B" + SCRIPT),
                1e6,
                true,
                List.of(run(1, "sluice" + SCRIPT, "", "connection refused " + SCRIPT, 0, 0, 0, 3, 1)),
                List.of(),
                List.of("12 messages were lost by " + SCRIPT, "another one"));
        Row huge = new Row(
                "huge",
                "throughput",
                Map.of(),
                1e300,
                false,
                List.of(
                        run(1, "sluice", "", "", 1e30, 1e15, Double.MAX_VALUE, 5, 1),
                        run(1, "limit", "", "", 1e-9, 1e-9, 1e-9, 5, 1)),
                List.of(),
                List.of());
        Row none =
                new Row("no run at all", "queue", Map.of("size", "128 B"), 0, false, List.of(), List.of(), List.of());
        Row single = row("one run of one second", "throughput", runs("sluice", "", 1, 2.5e6, 900, 1, 0));
        Row nan = new Row(
                "not a number",
                "throughput",
                Map.of(),
                Double.NaN,
                false,
                List.of(run(1, "sluice", "", "", Double.NaN, Double.POSITIVE_INFINITY, Double.NaN, 3, 0)),
                List.of(),
                List.of());
        return report(List.of(row("twelve targets", "throughput", many), failed, huge, none, single, nan));
    }

    static Row throughput(String title, double limit, double sluice, double nats, double redis) {
        List<Run> runs = new ArrayList<>();
        for (int pair = 1; pair <= 3; pair++) {
            runs.add(run(pair, "sluice", "", "", sluice, 620, 0.05, 15, 5));
            runs.add(run(pair, "limit", "", "", limit, 390, 0.04, 15, 5));
            runs.add(run(pair, "nats", "", "", nats, 5_100, 0.69, 15, 5));
            if (!Double.isNaN(redis)) {
                runs.add(run(pair, "redis", "", "", redis, 8_300, 1.0, 15, 5));
            }
        }
        return row(title, title.startsWith("queue") ? "queue" : "fan-out", runs);
    }

    static Row slowSubscribers() {
        List<Run> runs = new ArrayList<>();
        runs.addAll(runs("sluice", "control", 5, 9.8e6, 700, 15, 5));
        runs.addAll(runs("sluice", "slow", 5, 9.7e6, 720, 15, 5));
        runs.addAll(runs("nats", "control", 5, 3.1e6, 4_000, 15, 5));
        runs.addAll(runs("nats", "slow", 5, 0.2e6, 156_000, 15, 5));
        return row("1 of 10 stalled", "slow-subscribers", runs);
    }

    private static Row latency() {
        List<Run> runs = new ArrayList<>();
        runs.addAll(runs("sluice", "", 3, 10_000, 98, 15, 5));
        runs.addAll(runs("limit", "", 3, 10_000, 95, 15, 5));
        runs.addAll(runs("nats", "", 3, 10_000, 140, 15, 5));
        return row("latency at 10,000 msg/s", "latency", runs);
    }

    private static Row connections() {
        List<Run> runs = new ArrayList<>();
        for (String target : List.of("sluice", "nats")) {
            Run run = run(1, target, "", "", 0, 0, 0, 0, 0);
            runs.add(new Run(
                    1,
                    target,
                    "",
                    20,
                    0,
                    0,
                    Map.of("connections", 10_000L, "disconnected", 0L),
                    run.latency(),
                    run.sendLag(),
                    run.usage(),
                    0.4,
                    Map.of("memory per connection (B)", target.equals("sluice") ? 6_240.0 : 21_400.0),
                    List.of(),
                    ""));
        }
        return row("10,000 idle connections", "connections", runs);
    }

    private static Row soak() {
        return row("soak, 2 h", "soak", List.of(run(1, "sluice", "", "", 1.2e6, 310, 0.09, 7_200, 10)));
    }

    private static Row row(String title, String scenario, List<Run> runs) {
        Map<String, String> setting = new LinkedHashMap<>();
        setting.put("publishers", "1");
        setting.put("subscribers", "10");
        setting.put("size", "128 B");
        setting.put("rate", scenario.equals("latency") ? "10,000/s" : "unlimited, window 8,192");
        return new Row(title, scenario, setting, 62e6, title.contains("1→10"), runs, List.of(), List.of());
    }

    static List<Run> runs(String target, String variant, int count, double rate, double p50, int seconds, int warmUp) {
        List<Run> runs = new ArrayList<>();
        for (int pair = 1; pair <= count; pair++) {
            runs.add(run(pair, target, variant, "", rate, p50, rate > 0 ? 1e6 / rate : 0, seconds, warmUp));
        }
        return runs;
    }

    /** @param seconds of the whole series, warm-up included */
    static Run run(
            int pair,
            String target,
            String variant,
            String error,
            double rate,
            double p50,
            double cpuMicros,
            int seconds,
            int warmUp) {
        Random random = new Random((target + variant + pair + p50).hashCode() * 0x9E3779B97F4A7C15L);
        double luck = 0.96 + 0.08 * random.nextDouble();
        List<Point> series = new ArrayList<>();
        for (int second = 1; second <= seconds; second++) {
            double now = rate * luck * (second < 3 ? 0.6 : 1) * (0.97 + 0.06 * random.nextDouble());
            double middle = p50 / luck * (0.95 + 0.1 * random.nextDouble());
            series.add(new Point(
                    second + 0.002 * random.nextDouble(),
                    second > warmUp,
                    (long) now,
                    (long) now,
                    middle,
                    middle * (2 + 2 * random.nextDouble()),
                    middle * 20,
                    90 + 60 * (1 - Math.exp(-second / 6.0)) + random.nextDouble(),
                    1.1 + 0.2 * random.nextDouble(),
                    seconds > 100 ? 42 : 0,
                    seconds > 100 ? 11 : 0,
                    seconds > 100 ? 20 + 15.0 * (second % 37) / 37 : 0));
        }
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("published", (long) (rate * seconds / 10));
        counts.put("delivered", (long) (rate * seconds));
        counts.put("lost", error.isEmpty() ? 0L : 12L);
        counts.put("duplicated", 0L);
        counts.put("reordered", 0L);
        return new Run(
                pair,
                target,
                variant,
                seconds - warmUp,
                rate * luck / 10,
                rate * luck,
                counts,
                latency(error.isEmpty() ? (long) (rate * seconds) : 0, p50 / luck),
                latency(0, 0),
                new Usage(12.5, cpuMicros, 1.18, 92, 148, 151),
                11.2,
                Map.of(),
                series,
                error);
    }

    private static Latency latency(long count, double p50) {
        if (count == 0) {
            return new Latency(0, 0, 0, 0, 0, 0, List.of());
        }
        List<Percentile> curve = new ArrayList<>();
        for (double nines = 0; nines <= 6; nines += 0.1) {
            curve.add(new Percentile(100 * (1 - Math.pow(10, -nines)), p50 * (0.6 + Math.pow(nines, 1.7))));
        }
        curve.add(new Percentile(100, p50 * 25));
        return new Latency(count, p50, p50 * 1.6, p50 * 3, p50 * 7, p50 * 25, curve);
    }
}

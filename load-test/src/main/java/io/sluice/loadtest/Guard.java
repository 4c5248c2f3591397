package io.sluice.loadtest;

import io.sluice.loadtest.generator.Sizes;
import io.sluice.loadtest.report.Figures;
import io.sluice.loadtest.report.Report.Ratio;
import io.sluice.loadtest.report.Report.Row;
import io.sluice.loadtest.target.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Finds out whether a broker has become slower: a few settings, each measured in turn with the relay, and the median of the ratios
 * against a limit.
 *
 * @param checks what is measured
 * @param warmUp of each run
 * @param duration of each run
 */
record Guard(List<Check> checks, Duration warmUp, Duration duration) {
    private static final String KEY = "key";

    /**
     * One setting.
     *
     * @param key its name in the file of recorded ratios
     */
    record Check(String key, boolean queue, int publishers, int subscribers, int bytes, int window) {}

    /** Whether a setting is as fast as it must be. */
    record Verdict(String key, String title, double ratio, double limit, boolean good) {}

    /** What is checked before every release: together under two and a half minutes with five pairs. */
    static Guard standard() {
        return new Guard(
                List.of(
                        new Check("topic-1-1-16B", false, 1, 1, 16, 8192),
                        new Check("topic-1-1-128B", false, 1, 1, 128, 8192),
                        new Check("topic-1-1-1KiB", false, 1, 1, 1024, 8192),
                        new Check("topic-1-10-128B", false, 1, 10, 128, 8192),
                        new Check("topic-1-100-128B", false, 1, 100, 128, 1024),
                        new Check("queue-2-4-128B", true, 2, 4, 128, 8192)),
                Duration.ofMillis(500),
                Duration.ofSeconds(1));
    }

    void measure(Bench bench) throws InterruptedException {
        for (Check check : checks) {
            Setting setting = new Setting(
                    "guard",
                    check.queue,
                    1,
                    check.publishers,
                    check.subscribers,
                    Sizes.fixed(check.bytes),
                    0,
                    check.window,
                    warmUp,
                    duration);
            Map<String, String> shown = setting.asMap();
            shown.put(KEY, check.key);
            bench.row(
                    new Bench.Head(setting.title(), setting.scenario(), shown, 0, false),
                    Bench.NO_VARIANTS,
                    new LoadTrial(setting, List.of(), bench.live()),
                    runs -> List.of());
        }
    }

    /** Of all checks; one that was not measured, or has no recorded ratio, is not good. */
    List<Verdict> verdicts(List<Row> rows, GuardLimits limits) {
        List<Verdict> verdicts = new ArrayList<>();
        for (Check check : checks) {
            Row row = rows.stream()
                    .filter(each -> check.key.equals(each.setting().get(KEY)))
                    .findFirst()
                    .orElse(null);
            double ratio = row == null ? Double.NaN : ratio(row);
            double limit = limits.of(check.key);
            String title = row == null ? check.key : row.title();
            verdicts.add(new Verdict(check.key, title, ratio, limit, ratio >= limit));
        }
        return verdicts;
    }

    private static double ratio(Row row) {
        return row.ratios().stream()
                .filter(ratio -> ratio.name().equals("rate") && ratio.to().equals(Target.LIMIT))
                .findFirst()
                .map(Ratio::median)
                .orElse(Double.NaN);
    }

    static String table(List<Verdict> verdicts) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("", "ratio to the relay", "limit", ""));
        for (Verdict verdict : verdicts) {
            lines.add(List.of(
                    verdict.title,
                    Figures.ratio(verdict.ratio),
                    Figures.ratio(verdict.limit),
                    verdict.good ? "ok" : Double.isNaN(verdict.limit) ? "NOT RECORDED" : "TOO SLOW"));
        }
        return ResultTable.aligned(lines);
    }

    /** As lines for the file of recorded ratios. */
    static String properties(List<Verdict> verdicts) {
        return verdicts.stream()
                .map(verdict -> String.format(Locale.ROOT, "%s=%.3f%n", verdict.key, verdict.ratio))
                .collect(Collectors.joining());
    }
}

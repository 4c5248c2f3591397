package io.sluice.loadtest;

import io.sluice.loadtest.report.Figures;
import io.sluice.loadtest.report.Report.Ratio;
import io.sluice.loadtest.report.Report.Row;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.report.Report.Usage;
import io.sluice.loadtest.report.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Rows as text: a line for each target (and variant) with the medians of its runs, below it ratios, counts and problems. */
final class ResultTable {
    private static final List<String> HEADINGS =
            List.of("", "delivered", "published", "p50", "p99", "p99.9", "max", "CPU/msg", "cores", "memory");
    private static final Set<String> COUNTS_IN_COLUMNS = Set.of("published", "delivered");

    private ResultTable() {}

    static String text(List<Row> rows) {
        return rows.stream().map(ResultTable::text).collect(Collectors.joining("\n"));
    }

    private static String text(Row row) {
        StringBuilder text = new StringBuilder(row.title())
                .append("  (")
                .append(row.scenario())
                .append(", ");
        text.append(settings(row)).append(")\n");
        Map<Side, List<Run>> sides =
                row.runs().stream().collect(Collectors.groupingBy(Side::of, LinkedHashMap::new, Collectors.toList()));
        boolean messages = row.runs().stream().anyMatch(run -> run.latency().count() > 0);
        if (messages) {
            List<List<String>> lines = new ArrayList<>(List.of(HEADINGS));
            sides.forEach((side, runs) -> lines.add(line(side, runs)));
            text.append(aligned(lines));
        }
        sides.forEach((side, runs) -> text.append(further(side, runs)));
        appendRatios(row.ratios(), text);
        if (row.ceiling() > 0) {
            text.append("  the generator publishes up to ").append(Figures.rate(row.ceiling()));
            text.append(bound(row)).append('\n');
        }
        row.problems()
                .forEach(problem -> text.append("  PROBLEM: ").append(problem).append('\n'));
        return text.toString();
    }

    private static String bound(Row row) {
        if (row.runs().stream().anyMatch(run -> run.publishedPerSecond() > row.ceiling())) {
            return " to one that discards, less than in a run: the machine is noisy; more runs, or longer ones";
        }
        return row.generatorBound() ? ": generator-bound, the target may be faster" : "";
    }

    private static String settings(Row row) {
        int rounds = row.runs().stream().mapToInt(Run::pair).max().orElse(0);
        Set<String> shown = new LinkedHashSet<>(Set.of("publishers", "subscribers", "size", "destinations", "rate"));
        return row.setting().entrySet().stream()
                        .filter(entry -> !shown.contains(entry.getKey()))
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", "))
                + ", runs " + rounds;
    }

    private static List<String> line(Side side, List<Run> runs) {
        return List.of(
                side.label(),
                Figures.rate(median(runs, Run::deliveredPerSecond)),
                Figures.rate(median(runs, Run::publishedPerSecond)),
                Figures.micros(median(runs, run -> run.latency().p50())),
                Figures.micros(median(runs, run -> run.latency().p99())),
                Figures.micros(median(runs, run -> run.latency().p999())),
                Figures.micros(median(runs, run -> run.latency().max())),
                Figures.micros(usage(runs, Usage::cpuMicrosPerDelivery)),
                Figures.ratio(usage(runs, Usage::cores)),
                Figures.mib(usage(runs, Usage::rssPeakMib)));
    }

    /** What a scenario found besides, and counts that are not 0. */
    private static String further(Side side, List<Run> runs) {
        List<String> parts = new ArrayList<>();
        runs.stream().flatMap(run -> run.figures().keySet().stream()).distinct().forEach(name -> {
            double value = median(
                    runs.stream().filter(run -> run.figures().containsKey(name)).toList(),
                    run -> run.figures().getOrDefault(name, 0.0));
            parts.add(Figures.withoutUnit(name) + " " + Figures.named(name, value));
        });
        runs.stream()
                .flatMap(run -> run.counts().keySet().stream())
                .distinct()
                .filter(name -> !COUNTS_IN_COLUMNS.contains(name))
                .forEach(name -> {
                    long sum = runs.stream()
                            .mapToLong(run -> run.counts().getOrDefault(name, 0L))
                            .sum();
                    if (sum > 0) {
                        parts.add(name + " " + Figures.count(sum));
                    }
                });
        return parts.isEmpty() ? "" : "  " + side.label() + ": " + String.join(", ", parts) + "\n";
    }

    private static void appendRatios(List<Ratio> ratios, StringBuilder text) {
        Map<String, List<Ratio>> bySides = ratios.stream()
                .collect(Collectors.groupingBy(
                        ratio -> ratio.of() + " / " + ratio.to(), LinkedHashMap::new, Collectors.toList()));
        bySides.forEach((sides, of) -> text.append("  ")
                .append(sides)
                .append(": ")
                .append(of.stream().map(ResultTable::text).collect(Collectors.joining(", ")))
                .append('\n'));
    }

    private static String text(Ratio ratio) {
        String range =
                ratio.pairs() == 1 ? "" : " (" + Figures.ratio(ratio.min()) + "–" + Figures.ratio(ratio.max()) + ")";
        return ratio.name() + " " + Figures.ratio(ratio.median()) + range;
    }

    private static double usage(List<Run> runs, ToDoubleFunction<Usage> figure) {
        return median(
                runs.stream().filter(run -> run.usage() != null).toList(),
                run -> run.usage() == null ? Double.NaN : figure.applyAsDouble(run.usage()));
    }

    /** NaN of none. */
    static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
        double[] values = runs.stream().mapToDouble(figure).sorted().toArray();
        int n = values.length;
        if (n == 0) {
            return Double.NaN;
        }
        return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
    }

    /** The first column to the left, the others to the right. */
    static String aligned(List<List<String>> lines) {
        int[] widths = new int[lines.get(0).size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        return lines.stream().map(line -> line(line, widths)).collect(Collectors.joining());
    }

    private static String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder("  ");
        for (int i = 0; i < widths.length; i++) {
            char[] blanks = new char[widths[i] - cells.get(i).length()];
            Arrays.fill(blanks, ' ');
            if (i == 0) {
                line.append(cells.get(i)).append(blanks);
            } else {
                line.append("  ").append(blanks).append(cells.get(i));
            }
        }
        return line.append('\n').toString();
    }
}

package io.sluice.loadtest.report;

import io.sluice.loadtest.report.Report.Percentile;
import io.sluice.loadtest.report.Report.Point;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.report.Section.Line;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the charts of the page draw, as JSON. A long run is thinned out to at most {@value #MAX_POINTS} points, each of several
 * seconds: their mean rate, the middle of their p50, their highest p99, memory and the rest.
 */
final class ChartData {
    static final int MAX_POINTS = 600;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private ChartData() {}

    /**
     * Safe inside a script element: holds no {@code <}.
     *
     * @param slots colour and dash of each line
     */
    static String json(List<Section> sections, List<String> names, Slots slots) {
        List<Object> data = new ArrayList<>();
        for (Section section : sections) {
            List<Object> lines = new ArrayList<>();
            for (Line line : section.lines()) {
                String label = label(line, names);
                Map<String, Object> entry = new LinkedHashMap<>();
                entry.put("label", label);
                entry.put("slot", slots.of(section, line));
                entry.put("limit", line.side().isLimit());
                entry.put("runs", line.runs().stream().map(ChartData::run).toList());
                lines.add(entry);
            }
            data.add(Map.of("title", section.title(), "lines", lines));
        }
        return JSON.writeValueAsString(data).replace("<", "\\u003c");
    }

    static String label(Line line, List<String> names) {
        return line.side().label() + (names.size() > 1 ? " · " + names.get(line.report()) : "");
    }

    private static Map<String, Object> run(Run run) {
        List<List<Point>> slices = slices(run.series());
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("pair", run.pair());
        data.put("seconds", slices.isEmpty() ? 1 : slices.get(0).size());
        data.put("warm", warmUp(run.series()));
        data.put("t", column(slices, slice -> last(slice).at()));
        data.put("rate", rates(slices));
        data.put("p50", positive(slices, slice -> middle(slice, Point::p50Micros)));
        data.put("p99", positive(slices, slice -> highest(slice, Point::p99Micros)));
        data.put("rss", positive(slices, slice -> highest(slice, Point::rssMib)));
        data.put("cores", positive(slices, slice -> mean(slice, Point::cores)));
        data.put("heap", positive(slices, slice -> highest(slice, Point::heapMib)));
        data.put("descriptors", positive(slices, slice -> highest(slice, Point::descriptors)));
        data.put("threads", positive(slices, slice -> highest(slice, Point::threads)));
        data.put("curve", curve(run));
        return data;
    }

    private static List<List<Point>> slices(List<Point> series) {
        int size = Math.max(1, (series.size() + MAX_POINTS - 1) / MAX_POINTS);
        List<List<Point>> slices = new ArrayList<>();
        for (int from = 0; from < series.size(); from += size) {
            slices.add(series.subList(from, Math.min(series.size(), from + size)));
        }
        return slices;
    }

    /** Seconds from the start that were not measured. */
    private static double warmUp(List<Point> series) {
        double end = 0;
        for (Point point : series) {
            if (point.measured()) {
                break;
            }
            end = point.at();
        }
        return end;
    }

    /** By the time that passed, as an entry is not exactly a second long. */
    private static List<@Nullable Number> rates(List<List<Point>> slices) {
        List<@Nullable Number> rates = new ArrayList<>();
        double before = 0;
        for (List<Point> slice : slices) {
            double until = last(slice).at();
            double delivered = slice.stream().mapToDouble(Point::delivered).sum();
            // The rest at the end can be a sliver, and its rate nonsense.
            rates.add(until - before < 0.2 ? null : number(delivered / (until - before)));
            before = until;
        }
        return rates;
    }

    /** Percentiles as "nines": 0, 1 is 90 %, 2 is 99 %. The last, 100 %, is where one of the counted values is. */
    private static List<List<@Nullable Number>> curve(Run run) {
        List<@Nullable Number> x = new ArrayList<>();
        List<@Nullable Number> y = new ArrayList<>();
        double end = Math.log10(Math.max(10.0, (double) run.latency().count()));
        double before = -1;
        for (Percentile point : run.latency().curve()) {
            double nines = point.percentile() >= 100 ? end : -Math.log10(1 - Math.max(0, point.percentile()) / 100);
            if (nines > before && nines <= end && point.micros() > 0) {
                x.add(number(nines));
                y.add(number(point.micros()));
                before = nines;
            }
        }
        return List.of(x, y);
    }

    private static List<@Nullable Number> column(List<List<Point>> slices, ToDoubleFunction<List<Point>> of) {
        List<@Nullable Number> column = new ArrayList<>();
        slices.forEach(slice -> column.add(number(of.applyAsDouble(slice))));
        return column;
    }

    /** What is 0 was not known; a column without anything known is left out. */
    private static @Nullable List<@Nullable Number> positive(
            List<List<Point>> slices, ToDoubleFunction<List<Point>> of) {
        List<@Nullable Number> column =
                column(slices, slice -> of.applyAsDouble(slice) > 0 ? of.applyAsDouble(slice) : Double.NaN);
        return column.stream().allMatch(value -> value == null) ? null : column;
    }

    /** With four digits, which is more than a chart shows; null if it is none. */
    private static @Nullable Number number(double value) {
        if (!Double.isFinite(value)) {
            return null;
        }
        double precise = Double.parseDouble(String.format(Locale.ROOT, "%.4g", value));
        return precise == Math.rint(precise) && Math.abs(precise) < 1e15 ? (Number) (long) precise : (Number) precise;
    }

    private static double highest(List<Point> slice, ToDoubleFunction<Point> figure) {
        return slice.stream().mapToDouble(figure).max().orElse(Double.NaN);
    }

    private static double mean(List<Point> slice, ToDoubleFunction<Point> figure) {
        return slice.stream().mapToDouble(figure).average().orElse(Double.NaN);
    }

    private static double middle(List<Point> slice, ToDoubleFunction<Point> figure) {
        return Pairwise.median(slice.stream()
                .mapToDouble(figure)
                .filter(value -> value > 0)
                .sorted()
                .toArray());
    }

    private static Point last(List<Point> slice) {
        return slice.get(slice.size() - 1);
    }
}

package io.sluice.loadtest.report;

import io.sluice.loadtest.report.Report.Row;
import io.sluice.loadtest.report.Report.Run;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The rows of one title in one or more reports, split into lines: one for each report and side, in the order of the sides' first
 * runs and then of the reports.
 */
record Section(List<Part> parts, List<Line> lines) {

    /** A row, and which report it is of. */
    record Part(int report, Row row) {}

    /**
     * One line of a table.
     *
     * @param report its index
     */
    record Line(int report, Row row, Side side, List<Run> runs, Summary summary) {}

    String title() {
        return parts.get(0).row().title();
    }

    String scenario() {
        return parts.get(0).row().scenario();
    }

    boolean generatorBound() {
        return parts.stream().anyMatch(part -> part.row().generatorBound());
    }

    List<String> problems() {
        return parts.stream().flatMap(part -> part.row().problems().stream()).toList();
    }

    /** What was not asked for alike, for ratios between reports: "window 8,192 (before), 1 (after)". */
    List<String> differences(List<String> names) {
        return parts.stream()
                .flatMap(part -> part.row().setting().keySet().stream())
                .distinct()
                .filter(key ->
                        parts.stream().map(part -> value(part, key)).distinct().count() > 1)
                .map(key -> key + " "
                        + parts.stream()
                                .map(part -> value(part, key) + " (" + names.get(part.report()) + ")")
                                .collect(Collectors.joining(", ")))
                .toList();
    }

    private static String value(Part part, String key) {
        return part.row().setting().getOrDefault(key, "none");
    }

    /** What the scenario found besides rates and latencies: names, with their units in brackets. */
    List<String> figures() {
        return lines.stream()
                .flatMap(line -> line.summary().figures().keySet().stream())
                .distinct()
                .toList();
    }

    /** In the order of the first report, then what only later ones have. A title that a report has twice gives two sections. */
    static List<Section> of(List<Report> reports) {
        Map<String, List<Part>> parts = new LinkedHashMap<>();
        for (int report = 0; report < reports.size(); report++) {
            Map<String, Integer> seen = new LinkedHashMap<>();
            for (Row row : reports.get(report).rows()) {
                int occurrence = seen.merge(row.title(), 1, Integer::sum);
                parts.computeIfAbsent(occurrence + " " + row.title(), key -> new ArrayList<>())
                        .add(new Part(report, row));
            }
        }
        return parts.values().stream()
                .map(part -> new Section(List.copyOf(part), lines(part)))
                .toList();
    }

    private static List<Line> lines(List<Part> parts) {
        Map<Side, List<Line>> bySide = new LinkedHashMap<>();
        for (Part part : parts) {
            Map<Side, List<Run>> runs = new LinkedHashMap<>();
            for (Run run : part.row().runs()) {
                runs.computeIfAbsent(Side.of(run), side -> new ArrayList<>()).add(run);
            }
            runs.forEach((side, of) -> bySide.computeIfAbsent(side, key -> new ArrayList<>())
                    .add(new Line(part.report(), part.row(), side, List.copyOf(of), Summary.of(of))));
        }
        return bySide.values().stream().flatMap(List::stream).toList();
    }
}

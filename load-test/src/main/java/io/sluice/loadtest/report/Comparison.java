package io.sluice.loadtest.report;

import io.sluice.loadtest.report.Section.Line;
import java.util.ArrayList;
import java.util.List;

/** Several reports side by side, as a table for the terminal. */
public final class Comparison {
    private Comparison() {}

    /**
     * Rows of the same title and target under one another, with the ratio of each median rate to that of the first report.
     *
     * @param names what each report is called, as many as reports
     * @return lines without line ends
     */
    public static List<String> table(List<Report> reports, List<String> names) {
        List<String> lines = new ArrayList<>();
        for (Section section : Section.of(reports)) {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            lines.add(printable(section.title()) + (section.generatorBound() ? "  (generator-bound)" : ""));
            List<List<String>> cells = cells(section, names);
            lines.addAll(aligned(cells));
            section.differences(names).forEach(different -> lines.add("  not alike: " + printable(different)));
            section.problems().forEach(problem -> lines.add("  failed: " + printable(problem)));
        }
        return lines;
    }

    private static List<List<String>> cells(Section section, List<String> names) {
        boolean several = names.size() > 1;
        List<String> figures = section.figures();
        List<String> head = new ArrayList<>(List.of("target", "report", "deliveries"));
        head.add(several ? "rate / " + names.get(0) : "");
        head.addAll(List.of("p50", "p99", "CPU/delivery"));
        figures.forEach(figure -> head.add(Figures.withoutUnit(figure)));
        List<List<String>> cells = new ArrayList<>();
        cells.add(head);
        for (Line line : section.lines()) {
            Summary summary = line.summary();
            List<String> row = new ArrayList<>();
            row.add(line.side().label());
            row.add(names.get(line.report()));
            row.add(Figures.rate(summary.rate()));
            row.add(several ? Figures.ratio(againstFirst(section, line)) : "");
            row.add(Figures.micros(summary.p50Micros()));
            row.add(Figures.micros(summary.p99Micros()));
            row.add(Figures.micros(summary.cpuMicros()));
            figures.forEach(figure -> row.add(summary.figure(figure)));
            cells.add(row);
        }
        return cells;
    }

    /** Median rate by that of the same side in the first report; NaN in the first, and where there is none. */
    static double againstFirst(Section section, Line line) {
        if (line.report() == 0) {
            return Double.NaN;
        }
        return section.lines().stream()
                .filter(other -> other.report() == 0 && other.side().equals(line.side()))
                .mapToDouble(other -> line.summary().rate() / other.summary().rate())
                .findFirst()
                .orElse(Double.NaN);
    }

    /** The first two columns are words, to the left; the others figures, to the right. */
    private static List<String> aligned(List<List<String>> cells) {
        List<String> lines = new ArrayList<>();
        for (List<String> row : cells) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                int at = column;
                int width = cells.stream()
                        .mapToInt(of -> printable(of.get(at)).length())
                        .max()
                        .orElse(0);
                if (width > 0) {
                    String cell = printable(row.get(column));
                    String padding = " ".repeat(width - cell.length());
                    line.append("  ").append(column < 2 ? cell + padding : padding + cell);
                }
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    /** Text of a file must not steer the terminal. */
    private static String printable(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}

package io.sluice.loadtest.report;

import io.sluice.loadtest.report.Section.Line;
import java.util.List;
import java.util.Locale;

/**
 * A picture of the deliveries a second, for a document: bars by row and target, as SVG without script, style sheet or font of its
 * own. Its colours can be read on white and on black.
 */
public final class SvgChart {
    private static final int WIDTH = 800;
    private static final int MARGIN = 16;
    private static final int VALUES = 200;
    private static final int LONGEST_LABEL = 36;
    private static final double PER_CHARACTER = 7.2;
    private static final int TITLE = 30;
    private static final int BAR = 16;
    private static final int STEP = 22;
    private static final int GAP = 14;
    private static final String INK = "#7b8490";
    private static final String LIMIT = "#9aa1ab";
    private static final String[] COLOURS = {"#2b83c6", "#d9682a", "#1a9a73", "#bd5fa1", "#a98417", "#4aa3d8"};

    private SvgChart() {}

    /**
     * Bars from 0; within a row the longest is that of its fastest line, as rows differ by orders of magnitude. Rows whose rate was
     * given, and rows without deliveries, are left out.
     *
     * @param names what each report is called, as many as reports
     */
    public static String of(List<Report> reports, List<String> names) {
        List<Section> sections = Section.of(reports).stream()
                .filter(section -> Metric.of(section).equals(Metric.RATE) && longest(section) > 0)
                .toList();
        Slots slots = new Slots(sections, names);
        int left = MARGIN + 10 + (int) (PER_CHARACTER * longestLabel(sections, names));
        Html svg = new Html();
        int y = MARGIN;
        for (Section section : sections) {
            y = section(svg, section, names, slots, left, y);
        }
        String about = reports.isEmpty() ? "" : reports.get(0).product() + ", " + machine(reports.get(0));
        text(svg, MARGIN, y + 14, "start", "", "Deliveries a second, median of the runs; bars are by row. " + about);
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + WIDTH + " " + (y + 30)
                + "\" width=\"" + WIDTH + "\" height=\"" + (y + 30) + "\" role=\"img\" font-family=\""
                + "system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif\" font-size=\"13\" fill=\""
                + INK
                + "\">\n<title>Deliveries a second</title>\n" + svg + "</svg>\n";
    }

    private static int section(Html svg, Section section, List<String> names, Slots slots, int left, int top) {
        int y = top;
        boolean bound = section.generatorBound();
        text(
                svg,
                MARGIN,
                y + 15,
                "start",
                " font-weight=\"600\"",
                section.title() + (bound ? " (generator-bound)" : ""));
        y += TITLE - 6;
        double longest = longest(section);
        int room = WIDTH - MARGIN - left - VALUES;
        for (Line line : section.lines()) {
            double rate = Metric.RATE.of(line);
            double width = rate > 0 ? Math.max(1, rate / longest * room) : 0;
            String colour = line.side().isLimit() ? LIMIT : COLOURS[slots.of(section, line) % COLOURS.length];
            text(svg, left - 10, y + 13, "end", "", label(line, names));
            svg.raw(String.format(
                    Locale.ROOT,
                    "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\" fill=\"%s\"/>%n",
                    left,
                    y,
                    width,
                    BAR,
                    colour));
            double share = Answer.shareOfLimit(line);
            String ofLimit = Double.isFinite(share) ? " · " + Figures.percent(share) + " of the limit" : "";
            int end = (int) Math.round(left + width + 8);
            text(svg, end, y + 13, "start", "", Figures.rate(rate) + ofLimit);
            y += STEP;
        }
        return y + GAP;
    }

    private static int longestLabel(List<Section> sections, List<String> names) {
        return sections.stream()
                .flatMap(section -> section.lines().stream())
                .mapToInt(line -> label(line, names).length())
                .max()
                .orElse(0);
    }

    private static String label(Line line, List<String> names) {
        String label = ChartData.label(line, names);
        return label.length() <= LONGEST_LABEL ? label : label.substring(0, LONGEST_LABEL - 1) + "…";
    }

    private static double longest(Section section) {
        return section.lines().stream()
                .mapToDouble(Metric.RATE::of)
                .filter(Double::isFinite)
                .max()
                .orElse(0);
    }

    private static String machine(Report report) {
        return report.machine().cpu() + ", " + report.machine().cores() + " cores, "
                + report.startedAt().replaceFirst("T.*", "");
    }

    private static void text(Html svg, int x, int y, String anchor, String attributes, String text) {
        svg.raw("<text x=\"" + x + "\" y=\"" + y + "\" text-anchor=\"" + anchor + "\"" + attributes + ">")
                .text(text)
                .raw("</text>\n");
    }
}

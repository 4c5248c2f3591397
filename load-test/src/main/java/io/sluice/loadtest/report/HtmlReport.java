package io.sluice.loadtest.report;

import io.sluice.loadtest.report.Report.Machine;
import io.sluice.loadtest.report.Report.Row;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.report.Section.Line;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One page that shows what was measured: first the answers, then a table of everything, then for each row its charts and every
 * single run. It needs no other file and no network; the charts need JavaScript, the figures do not.
 *
 * <p>Whatever stands in a report is escaped, and the page allows no script but its own two.
 */
public final class HtmlReport {
    private final List<Report> reports;
    private final List<String> names;
    private final List<Section> sections;
    private final Slots slots;
    private final Html page = new Html();

    private HtmlReport(List<Report> reports, List<String> names) {
        this.reports = reports;
        this.names = names;
        sections = Section.of(reports);
        slots = new Slots(sections, names);
    }

    /** Several reports are called A, B, C … */
    public static String page(List<Report> reports) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < reports.size(); i++) {
            names.add(i < 26 ? String.valueOf((char) ('A' + i)) : "report " + (i + 1));
        }
        return page(reports, names);
    }

    /**
     * The page, with names for the reports.
     *
     * @param names what each report is called, as many as reports
     */
    public static String page(List<Report> reports, List<String> names) {
        if (names.size() != reports.size()) {
            throw new IllegalArgumentException(
                    "There are " + reports.size() + " reports and " + names.size() + " names for them.");
        }
        return new HtmlReport(List.copyOf(reports), List.copyOf(names)).write();
    }

    private String write() {
        String library = resource("uplot/uPlot.iife.min.js");
        String script = resource("page.js");
        head(library, script);
        page.raw("<body>\n<header>\n<h1>").text(heading()).raw("</h1>\n");
        for (int i = 0; i < reports.size(); i++) {
            about(reports.get(i), i);
        }
        page.raw("</header>\n<main>\n");
        status();
        answers();
        summaryTable();
        for (int i = 0; i < sections.size(); i++) {
            section(sections.get(i), i);
        }
        page.raw(resource("notes.html"));
        page.raw("</main>\n");
        page.raw("<script type=\"application/json\" id=\"data\">")
                .raw(ChartData.json(sections, names, slots))
                .raw("</script>\n");
        page.raw("<!-- uPlot 1.6.32, which draws the charts:\n\n")
                .raw(resource("uplot/LICENSE"))
                .raw("\n-->\n<script>")
                .raw(library)
                .raw("</script>\n<script>")
                .raw(script)
                .raw("</script>\n</body>\n</html>\n");
        return page.toString();
    }

    private void head(String library, String script) {
        page.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .raw("<meta name=\"color-scheme\" content=\"light dark\">\n")
                .raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ")
                .raw("style-src 'unsafe-inline'; script-src " + hash(library) + " " + hash(script) + "\">\n")
                .element("title", heading())
                .raw("\n<style>")
                .raw(resource("uplot/uPlot.min.css"))
                .raw("</style>\n<style>")
                .raw(resource("page.css"))
                .raw("</style>\n</head>\n");
    }

    private String heading() {
        if (reports.isEmpty()) {
            return "Load test";
        }
        return reports.size() == 1
                ? "Load test: " + reports.get(0).product()
                : "Load test: " + reports.size() + " reports compared";
    }

    private void about(Report report, int index) {
        Machine machine = report.machine();
        page.raw("<dl class=\"about\">\n");
        if (reports.size() > 1) {
            fact("report", names.get(index));
            fact("product", report.product());
        }
        page.raw("<div class=\"wide\"><dt>command</dt><dd>")
                .element("code", "sluice " + report.command())
                .raw("</dd></div>\n");
        fact("started", report.startedAt().replace('T', ' ').replaceAll("(\\.\\d+)?Z$", " UTC"));
        fact("machine", machine.cpu() + ", " + machine.cores() + (machine.cores() == 1 ? " core" : " cores"));
        fact("memory", Figures.mib((double) machine.memoryMib()));
        fact("system", machine.os());
        fact("Java", machine.java());
        page.raw("</dl>\n");
    }

    private void fact(String name, String value) {
        page.raw("<div>").element("dt", name).element("dd", value).raw("</div>\n");
    }

    private void status() {
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < reports.size(); i++) {
            String report = reports.size() > 1 ? names.get(i) + ": " : "";
            for (Row row : reports.get(i).rows()) {
                Set<String> ofRow = new LinkedHashSet<>(row.problems());
                for (Run run : row.runs()) {
                    if (!run.error().isEmpty() && row.problems().stream().noneMatch(of -> of.contains(run.error()))) {
                        ofRow.add("round " + run.pair() + ", " + Side.of(run).label() + ": " + run.error());
                    }
                }
                ofRow.forEach(problem -> problems.add(report + row.title() + ": " + problem));
            }
        }
        if (problems.isEmpty()) {
            page.raw("<p class=\"status good\">").text(allIsWell()).raw("</p>\n");
            return;
        }
        page.raw("<section class=\"status bad\" aria-label=\"Problems\">\n")
                .element("h2", problems.size() == 1 ? "1 problem" : problems.size() + " problems")
                .raw("<ul>\n");
        problems.forEach(problem -> page.element("li", problem).raw("\n"));
        page.raw("</ul>\n</section>\n");
    }

    private String allIsWell() {
        long runs = sections.stream()
                .flatMap(section -> section.lines().stream())
                .mapToLong(line -> line.runs().size())
                .sum();
        if (runs == 0) {
            return "No run is in this report: nothing was measured.";
        }
        long wrong = sections.stream()
                .flatMap(section -> section.lines().stream())
                .mapToLong(line -> wrong(line.summary()))
                .sum();
        String all = runs == 1 ? "The run came to its end" : "All " + runs + " runs came to their end";
        return wrong == 0
                ? all + "; no message was lost, duplicated or reordered."
                : all + "; " + Figures.count(wrong)
                        + " messages were lost, duplicated or reordered where that is allowed.";
    }

    private static long wrong(Summary summary) {
        return summary.lost().orElse(0)
                + summary.duplicated().orElse(0)
                + summary.reordered().orElse(0);
    }

    private void answers() {
        page.raw("<section class=\"answers\" aria-label=\"Answers\">\n");
        for (int i = 0; i < sections.size(); i++) {
            Section section = sections.get(i);
            Answer answer = Answer.of(section, names);
            page.raw("<a class=\"card\" href=\"#row-" + (i + 1) + "\">")
                    .element("span class=\"title\"", section.title())
                    .element("span class=\"figure\"", answer.figure())
                    .element("span class=\"caption\"", answer.caption());
            answer.remarks().forEach(remark -> page.element("span class=\"remark\"", remark));
            flags(section);
            page.raw("</a>\n");
        }
        page.raw("</section>\n");
    }

    private void flags(Section section) {
        if (section.generatorBound()) {
            page.element("span class=\"flag bound\"", "generator-bound");
        }
        if (!section.problems().isEmpty()) {
            page.element("span class=\"flag problem\"", "failed");
        }
    }

    private void summaryTable() {
        if (sections.isEmpty()) {
            return;
        }
        page.raw("<section>\n<h2 id=\"summary\">All rows</h2>\n")
                .raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"summary\">\n<table>\n");
        page.raw("<thead><tr>").element("th scope=\"col\"", "target");
        List<String> columns =
                new ArrayList<>(List.of("deliveries", "of the limit", "p50", "p99", "CPU / delivery", "memory"));
        columns.addAll(List.of("lost", "duplicated", "reordered"));
        if (hasFigures()) {
            columns.add("and");
        }
        if (reports.size() > 1) {
            columns.add(0, "report");
            columns.add(2, "against " + names.get(0));
        }
        columns.forEach(column -> page.element("th scope=\"col\"", column));
        page.raw("</tr></thead>\n");
        for (int i = 0; i < sections.size(); i++) {
            Section section = sections.get(i);
            page.raw("<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"" + (columns.size() + 1) + "\">")
                    .raw("<a href=\"#row-" + (i + 1) + "\">")
                    .text(section.title())
                    .raw("</a> ");
            flags(section);
            page.raw("</th></tr>\n");
            section.lines().forEach(line -> summaryLine(section, line));
            page.raw("</tbody>\n");
        }
        page.raw("</table>\n</div>\n</section>\n");
    }

    private boolean hasFigures() {
        return sections.stream().anyMatch(section -> !section.figures().isEmpty());
    }

    private void summaryLine(Section section, Line line) {
        Summary summary = line.summary();
        page.raw(line.side().isLimit() ? "<tr class=\"limit\">" : "<tr>").raw("<th scope=\"row\">");
        swatch(section, line);
        page.text(line.side().label()).raw("</th>");
        if (reports.size() > 1) {
            page.element("td class=\"word\"", names.get(line.report()));
        }
        page.element("td class=\"main\"", Figures.rate(summary.rate()));
        if (reports.size() > 1) {
            page.element("td", Figures.ratio(Comparison.againstFirst(section, line)));
        }
        page.element("td", Figures.percent(Answer.shareOfLimit(line)))
                .element("td", Figures.micros(summary.p50Micros()))
                .element("td", Figures.micros(summary.p99Micros()))
                .element("td", Figures.micros(summary.cpuMicros()))
                .element("td", Figures.mib(summary.rssPeakMib()));
        boolean failed = !line.row().problems().isEmpty();
        for (var count : List.of(summary.lost(), summary.duplicated(), summary.reordered())) {
            boolean wrong = count.orElse(0) > 0;
            page.element(
                    wrong ? failed ? "td class=\"wrong\"" : "td class=\"main\"" : "td",
                    count.isPresent() ? Figures.count(count.getAsLong()) : Figures.UNKNOWN);
        }
        String figures = section.figures().stream()
                .map(figure -> Figures.withoutUnit(figure) + " " + summary.figure(figure))
                .collect(Collectors.joining(", "));
        page.raw(hasFigures() ? "<td class=\"word\">" : "").text(figures).raw("</tr>\n");
    }

    private void swatch(Section section, Line line) {
        page.raw("<i class=\"swatch\" data-slot=\"" + slots.of(section, line) + "\"")
                .raw(line.side().isLimit() ? " data-limit" : "")
                .raw("></i>");
    }

    private void section(Section section, int index) {
        page.raw("<section class=\"row\">\n<h2 id=\"row-" + (index + 1) + "\">")
                .text(section.title())
                .raw(" ");
        flags(section);
        page.raw("</h2>\n");
        Answer answer = Answer.of(section, names);
        page.raw("<ul class=\"sentences\">\n");
        answer.sentences().forEach(sentence -> page.element("li", sentence).raw("\n"));
        page.raw("</ul>\n");
        bars(section);
        settings(section);
        page.raw("<div class=\"charts\" data-section=\"" + index + "\"></div>\n")
                .raw("<noscript><p>The charts need JavaScript; all figures stand in the tables.</p></noscript>\n");
        runs(section, index);
        ratios(section, index);
        page.raw("</section>\n");
    }

    /** The figure that matters, as bars from 0: what the eye compares fastest. */
    private void bars(Section section) {
        Metric metric = Metric.of(section);
        double longest = section.lines().stream()
                .mapToDouble(metric::of)
                .filter(Double::isFinite)
                .max()
                .orElse(0);
        if (!(longest > 0)) {
            return;
        }
        String better = metric.lowerIsBetter() ? ", less is better" : "";
        page.raw("<div class=\"bars\">\n").element("p class=\"unit\"", metric.name() + better + " (median)");
        for (Line line : section.lines()) {
            double value = metric.of(line);
            double width = Double.isFinite(value) ? Math.max(0, value / longest * 100) : 0;
            page.raw("<div>")
                    .element("span class=\"name\"", ChartData.label(line, names))
                    .raw("<span class=\"track\"><i class=\"bar\" data-slot=\"" + slots.of(section, line) + "\"")
                    .raw(line.side().isLimit() ? " data-limit" : "")
                    .raw(String.format(Locale.ROOT, " style=\"width:%.2f%%\"></i></span>", width))
                    .element("span class=\"value\"", metric.text(line))
                    .element("span class=\"detail\"", Answer.detail(metric, line))
                    .raw("</div>\n");
        }
        page.raw("</div>\n");
    }

    /** What was asked for; of several reports each that differs. */
    private void settings(Section section) {
        List<Map<String, String>> shown = new ArrayList<>();
        for (Section.Part part : section.parts()) {
            Row row = part.row();
            if (shown.contains(row.setting())) {
                continue;
            }
            shown.add(row.setting());
            page.raw("<dl class=\"about\">\n");
            if (reports.size() > 1) {
                fact("report", names.get(part.report()));
            }
            fact("scenario", row.scenario());
            row.setting().forEach(this::fact);
            if (row.ceiling() > 0) {
                fact("ceiling of the generator", Figures.rate(row.ceiling()));
            }
            page.raw("</dl>\n");
        }
    }

    private void runs(Section section, int index) {
        List<Run> all =
                section.lines().stream().flatMap(line -> line.runs().stream()).toList();
        if (all.isEmpty()) {
            return;
        }
        List<String> counts = all.stream()
                .flatMap(run -> run.counts().keySet().stream())
                .distinct()
                .toList();
        List<String> figures = all.stream()
                .flatMap(run -> run.figures().keySet().stream())
                .distinct()
                .toList();
        page.raw("<details>\n<summary id=\"runs-" + (index + 1) + "\">")
                .text(all.size() == 1 ? "The run" : "All " + all.size() + " runs, nothing left out")
                .raw("</summary>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"runs-")
                .raw((index + 1) + "\">\n<table>\n<thead><tr>");
        runColumns(counts, figures).forEach(column -> page.element("th scope=\"col\"", column));
        page.raw("</tr></thead>\n<tbody>\n");
        for (Line line : section.lines()) {
            for (Run run : line.runs()) {
                run(line, run, counts, figures);
            }
        }
        page.raw("</tbody>\n</table>\n</div>\n</details>\n");
    }

    private static List<String> runColumns(List<String> counts, List<String> figures) {
        List<String> columns = new ArrayList<>(List.of("target", "round", "measured", "deliveries", "published"));
        columns.addAll(List.of("p50", "p90", "p99", "p99.9", "highest", "CPU / delivery", "cores"));
        columns.addAll(List.of("memory before", "after", "peak", "generator CPU", "generator late, p99"));
        columns.addAll(counts);
        figures.forEach(figure -> columns.add(Figures.withoutUnit(figure)));
        columns.add("error");
        return columns;
    }

    private void run(Line line, Run run, List<String> counts, List<String> figures) {
        boolean timed = run.latency().count() > 0;
        var latency = run.latency();
        page.raw("<tr>").element("th scope=\"row\"", ChartData.label(line, names));
        page.element("td", String.valueOf(run.pair()))
                .element("td", Figures.named("measured (s)", run.seconds()))
                .element("td class=\"main\"", Figures.rate(run.deliveredPerSecond()))
                .element("td", Figures.rate(run.publishedPerSecond()));
        for (double micros :
                new double[] {latency.p50(), latency.p90(), latency.p99(), latency.p999(), latency.max()}) {
            page.element("td", Figures.micros(timed ? micros : Double.NaN));
        }
        page.element("td", Figures.micros(Summary.cpuMicros(run)))
                .element("td", Figures.named("", Summary.usage(run, Report.Usage::cores)))
                .element("td", Figures.mib(Summary.usage(run, Report.Usage::rssBeforeMib)))
                .element("td", Figures.mib(Summary.usage(run, Report.Usage::rssAfterMib)))
                .element("td", Figures.mib(Summary.usage(run, Report.Usage::rssPeakMib)))
                .element("td", Figures.named("CPU time (s)", run.generatorCpuSeconds()))
                .element(
                        "td",
                        Figures.micros(run.sendLag().count() > 0 ? run.sendLag().p99() : Double.NaN));
        for (String count : counts) {
            Long value = run.counts().get(count);
            page.element("td", value == null ? Figures.UNKNOWN : Figures.count(value));
        }
        for (String figure : figures) {
            page.element("td", Figures.named(figure, run.figures().getOrDefault(figure, Double.NaN)));
        }
        page.element(run.error().isEmpty() ? "td class=\"word\"" : "td class=\"word wrong\"", run.error())
                .raw("</tr>\n");
    }

    private void ratios(Section section, int index) {
        if (section.parts().stream().allMatch(part -> part.row().ratios().isEmpty())) {
            return;
        }
        page.raw("<details>\n<summary id=\"ratios-" + (index + 1) + "\">Ratios, round by round</summary>\n")
                .raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"ratios-" + (index + 1))
                .raw("\">\n<table>\n<thead><tr>");
        for (String column : List.of("ratio", "of", "to", "median", "lowest", "highest", "rounds")) {
            page.element("th scope=\"col\"", column);
        }
        page.raw("</tr></thead>\n<tbody>\n");
        for (Section.Part part : section.parts()) {
            String report = reports.size() > 1 ? " · " + names.get(part.report()) : "";
            part.row()
                    .ratios()
                    .forEach(ratio -> page.raw("<tr>")
                            .element("th scope=\"row\"", ratio.name() + report)
                            .element("td class=\"word\"", ratio.of())
                            .element("td class=\"word\"", ratio.to())
                            .element("td class=\"main\"", Figures.ratio(ratio.median()))
                            .element("td", Figures.ratio(ratio.min()))
                            .element("td", Figures.ratio(ratio.max()))
                            .element("td", String.valueOf(ratio.pairs()))
                            .raw("</tr>\n"));
        }
        page.raw("</tbody>\n</table>\n</div>\n</details>\n");
    }

    /** As a Content-Security-Policy names a script that may run. */
    private static String hash(String script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(
                HtmlReport.class.getResourceAsStream(name), "The jar of the load test lacks " + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + name + " in the jar of the load test.", e);
        }
    }
}

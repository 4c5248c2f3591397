package io.sluice.loadtest.report;

import io.sluice.loadtest.report.Report.Ratio;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.report.Section.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a person wants to know of a section first, in words: plain text, to be escaped by whoever shows it.
 *
 * @param figure "12.3 M/s", "0.98"
 * @param caption what the figure is
 * @param remarks how it compares: short clauses
 * @param sentences for who reads on: one about all, or one for each target
 */
record Answer(String figure, String caption, List<String> remarks, List<String> sentences) {

    /** @param names of the reports, by index */
    static Answer of(Section section, List<String> names) {
        Optional<Line> subject = subject(section);
        if (subject.isEmpty()) {
            return new Answer(Figures.UNKNOWN, "nothing was measured", List.of(), List.of("Nothing was measured."));
        }
        Optional<Answer> isolation = isolation(section, subject.get(), names);
        return isolation.orElseGet(() -> figure(section, subject.get(), names));
    }

    /** Who it is about: sluice, else the first target that is not the limit, in the first report that has it. */
    private static Optional<Line> subject(Section section) {
        List<Line> lines = section.lines();
        return lines.stream()
                .filter(line -> line.side().target().equals("sluice"))
                .findFirst()
                .or(() -> lines.stream().filter(line -> !line.side().isLimit()).findFirst())
                .or(() -> lines.stream().findFirst());
    }

    private static Answer figure(Section section, Line subject, List<String> names) {
        Metric metric = Metric.of(section);
        List<String> remarks = new ArrayList<>();
        if (metric.equals(Metric.P99)) {
            remarks.add("p50 " + Figures.micros(subject.summary().p50Micros()));
        }
        for (Line line : section.lines()) {
            if (line.report() == subject.report()
                    && line.side().variant().equals(subject.side().variant())
                    && !line.side().equals(subject.side())) {
                comparison(metric, subject, line).ifPresent(remarks::add);
            }
        }
        remarks.addAll(otherReports(metric, section, subject, names));
        String name = names.size() > 1 ? " · " + names.get(subject.report()) : "";
        String caption = metric.name() + ", " + subject.side().label() + name;
        return new Answer(metric.text(subject), caption, remarks, sentences(metric, section, subject, remarks, names));
    }

    private static Optional<String> comparison(Metric metric, Line subject, Line other) {
        Ratio ratio = metric.equals(Metric.RATE)
                ? Pairwise.find(subject.row(), "rate", subject.side(), other.side(), Run::deliveredPerSecond)
                : metric.equals(Metric.P99)
                        ? Pairwise.find(subject.row(), "p99", subject.side(), other.side(), Summary::p99)
                        : null;
        if (ratio != null) {
            String to = other.side().isLimit() ? "the limit" : other.side().label();
            return Optional.of(
                    metric.equals(Metric.RATE) && other.side().isLimit()
                            ? Figures.percent(ratio.median()) + " of " + to
                            : Figures.ratio(ratio.median()) + " × " + to);
        }
        double value = metric.of(other);
        return Double.isFinite(value) && value > 0
                ? Optional.of(other.side().label() + " " + metric.text(other))
                : Optional.empty();
    }

    private static List<String> otherReports(Metric metric, Section section, Line subject, List<String> names) {
        return section.lines().stream()
                .filter(line -> line.report() > subject.report() && line.side().equals(subject.side()))
                .map(line -> names.get(line.report()) + ": " + metric.text(line) + " ("
                        + Figures.ratio(metric.of(line) / metric.of(subject)) + " × "
                        + names.get(subject.report()) + ")")
                .toList();
    }

    private static List<String> sentences(
            Metric metric, Section section, Line subject, List<String> remarks, List<String> names) {
        if (metric.equals(Metric.P99)) {
            return section.lines().stream()
                    .map(line -> name(line, names) + ": half of all messages arrived within "
                            + Figures.micros(line.summary().p50Micros()) + ", 99 % within "
                            + Figures.micros(line.summary().p99Micros()) + ".")
                    .toList();
        }
        String what = metric.equals(Metric.RATE) ? " delivered " : ": " + metric.name() + " ";
        String compared = remarks.isEmpty() ? "" : "; " + String.join(", ", remarks);
        return List.of(name(subject, names) + what + metric.text(subject) + compared + ".");
    }

    /** What stands small beside the figure of a line. */
    static String detail(Metric metric, Line line) {
        List<String> details = new ArrayList<>();
        Summary summary = line.summary();
        double share = shareOfLimit(line);
        if (metric.equals(Metric.RATE) && Double.isFinite(share)) {
            details.add(Figures.percent(share) + " of the limit");
        }
        if (metric.equals(Metric.RATE) && summary.rateMin() < summary.rateMax()) {
            details.add(Figures.rate(summary.rateMin()) + " to " + Figures.rate(summary.rateMax()));
        }
        return String.join(" · ", details);
    }

    private static Optional<Answer> isolation(Section section, Line subject, List<String> names) {
        String figure = "";
        List<String> remarks = new ArrayList<>();
        List<String> sentences = new ArrayList<>();
        for (Line line : section.lines()) {
            Ratio rate = line.side().variant().equals(Side.SLOW) ? beside(line, "rate", Run::deliveredPerSecond) : null;
            if (rate == null) {
                continue;
            }
            sentences.add(kept(line, rate, names));
            if (line.report() == subject.report()
                    && line.side().target().equals(subject.side().target())) {
                figure = Figures.ratio(rate.median());
            } else {
                remarks.add(name(line, names).replace(" " + Side.SLOW, "") + " " + Figures.ratio(rate.median()));
            }
        }
        if (sentences.isEmpty()) {
            return Optional.empty();
        }
        String caption = "of their rate kept by healthy subscribers beside slow ones, "
                + name(subject, names).replace(" " + subject.side().variant(), "");
        return Optional.of(new Answer(figure.isEmpty() ? Figures.UNKNOWN : figure, caption, remarks, sentences));
    }

    private static String kept(Line line, Ratio rate, List<String> names) {
        StringBuilder sentence = new StringBuilder(name(line, names).replace(" " + Side.SLOW, ""))
                .append(": healthy subscribers kept ")
                .append(withRange(rate))
                .append(" of their rate");
        append(sentence, "p50", beside(line, "p50", Summary::p50));
        append(sentence, "p99", beside(line, "p99", Summary::p99));
        append(sentence, "memory", beside(line, "memory", Summary::rssPeak));
        return sentence.append(rate.pairs() == 1 ? "; one round." : "; median of " + rate.pairs() + " rounds.")
                .toString();
    }

    private static void append(StringBuilder sentence, String what, @Nullable Ratio ratio) {
        if (ratio != null) {
            sentence.append(", ").append(what).append(" × ").append(withRange(ratio));
        }
    }

    private static @Nullable Ratio beside(Line slow, String name, ToDoubleFunction<Run> figure) {
        return Pairwise.find(slow.row(), name, slow.side(), new Side(slow.side().target(), Side.CONTROL), figure);
    }

    private static String withRange(Ratio ratio) {
        return Figures.ratio(ratio.median())
                + (ratio.pairs() > 1 ? " (" + Figures.ratio(ratio.min()) + "–" + Figures.ratio(ratio.max()) + ")" : "");
    }

    /** NaN where there is no limit, or the line is the limit itself, or the rate is given. */
    static double shareOfLimit(Line line) {
        if (line.side().isLimit() || line.row().scenario().equals("latency")) {
            return Double.NaN;
        }
        Side limit = new Side(Side.LIMIT, line.side().variant());
        Ratio ratio = Pairwise.find(line.row(), "rate", line.side(), limit, Run::deliveredPerSecond);
        return ratio == null ? Double.NaN : ratio.median();
    }

    private static String name(Line line, List<String> names) {
        return line.side().label() + (names.size() > 1 ? " · " + names.get(line.report()) : "");
    }
}

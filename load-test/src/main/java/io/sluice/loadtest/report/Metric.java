package io.sluice.loadtest.report;

import io.sluice.loadtest.report.Section.Line;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/**
 * The figure that a section is about.
 *
 * @param name "deliveries per second"
 * @param lowerIsBetter whether less is better
 */
record Metric(String name, boolean lowerIsBetter, ToDoubleFunction<Summary> value, DoubleFunction<String> format) {
    static final Metric RATE = new Metric("deliveries per second", false, Summary::rate, Figures::rate);
    static final Metric P99 = new Metric("p99 latency", true, Summary::p99Micros, Figures::micros);

    /** Where the rate is given (latency) it says nothing, and idle connections deliver nothing. */
    static Metric of(Section section) {
        String scenario = section.scenario();
        if (scenario.equals("latency")) {
            return P99;
        }
        boolean delivers = section.lines().stream().anyMatch(line -> RATE.of(line) > 0);
        return delivers && !scenario.equals("connections")
                ? RATE
                : section.figures().stream().findFirst().map(Metric::figure).orElse(RATE);
    }

    private static Metric figure(String name) {
        return new Metric(
                Figures.withoutUnit(name),
                // Memory and times are costs; of all else there cannot be enough.
                !name.endsWith("(/s)"),
                summary -> summary.figures().getOrDefault(name, Double.NaN),
                value -> Figures.named(name, value));
    }

    double of(Line line) {
        return value.applyAsDouble(line.summary());
    }

    String text(Line line) {
        return format.apply(of(line));
    }
}

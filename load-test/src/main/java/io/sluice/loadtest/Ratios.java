package io.sluice.loadtest;

import io.sluice.loadtest.report.Pairwise;
import io.sluice.loadtest.report.Report.Ratio;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.report.Side;
import io.sluice.loadtest.target.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/** Which ratios a row shows: variants of one target, then each target to the limit, then the first to the others. */
final class Ratios {
    static final String MEMORY_PER_CONNECTION = "memory per connection (B)";

    private static final Map<String, ToDoubleFunction<Run>> FIGURES = new LinkedHashMap<>();

    static {
        FIGURES.put("rate", Run::deliveredPerSecond);
        FIGURES.put("p50", run -> run.latency().p50());
        FIGURES.put("p99", run -> run.latency().p99());
    }

    private static final Map<String, ToDoubleFunction<Run>> FIGURES_OF_ONE_TARGET = new LinkedHashMap<>(FIGURES);

    static {
        // Between two programs resident memory says little: what they take when idle differs.
        FIGURES_OF_ONE_TARGET.put(
                "memory", run -> run.usage() == null ? 0 : run.usage().rssPeakMib());
        FIGURES.put("memory", run -> run.figures().getOrDefault(MEMORY_PER_CONNECTION, 0.0));
    }

    private Ratios() {}

    static List<Ratio> of(List<Target> targets, List<String> variants, List<Run> runs) {
        List<Ratio> ratios = new ArrayList<>();
        for (Target target : targets) {
            for (String variant : variants.subList(1, variants.size())) {
                add(
                        ratios,
                        FIGURES_OF_ONE_TARGET,
                        runs,
                        new Side(target.name(), variant),
                        new Side(target.name(), variants.get(0)));
            }
        }
        for (String variant : variants) {
            for (Target limit : targets.stream().filter(Target::isLimit).toList()) {
                targets.stream()
                        .filter(target -> !target.isLimit())
                        .forEach(target -> add(ratios, FIGURES, runs, side(target, variant), side(limit, variant)));
            }
            targets.stream()
                    .skip(1)
                    .filter(target -> !target.isLimit())
                    .forEach(other -> add(ratios, FIGURES, runs, side(targets.get(0), variant), side(other, variant)));
        }
        return ratios;
    }

    private static Side side(Target target, String variant) {
        return new Side(target.name(), variant);
    }

    private static void add(
            List<Ratio> ratios, Map<String, ToDoubleFunction<Run>> figures, List<Run> runs, Side of, Side to) {
        figures.entrySet().stream()
                .map(figure -> Pairwise.ratio(figure.getKey(), runs, of, to, figure.getValue()))
                .filter(Objects::nonNull)
                .forEach(ratios::add);
    }
}

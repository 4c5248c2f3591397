package io.sluice.loadtest.report;

import io.sluice.loadtest.report.Report.Latency;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.report.Report.Usage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The runs of one side in one figure each: medians, of runs that came to their end if there are any, and sums of what went wrong,
 * of all runs. NaN or empty where nothing was measured.
 *
 * @param runs how many there are
 * @param rate deliveries a second
 * @param cpuMicros of the target for each delivery
 * @param rssPeakMib resident memory of the target
 * @param figures what else the scenario found
 */
record Summary(
        int runs,
        double rate,
        double rateMin,
        double rateMax,
        double p50Micros,
        double p99Micros,
        double p999Micros,
        double cpuMicros,
        double rssPeakMib,
        OptionalLong lost,
        OptionalLong duplicated,
        OptionalLong reordered,
        Map<String, Double> figures) {

    static Summary of(List<Run> all) {
        List<Run> complete = all.stream().filter(run -> run.error().isEmpty()).toList();
        List<Run> runs = complete.isEmpty() ? all : complete;
        double[] rates = sorted(runs, Run::deliveredPerSecond);
        Map<String, Double> figures = new LinkedHashMap<>();
        for (Run run : runs) {
            for (String name : run.figures().keySet()) {
                figures.computeIfAbsent(
                        name, key -> median(runs, of -> of.figures().getOrDefault(key, Double.NaN)));
            }
        }
        return new Summary(
                all.size(),
                Pairwise.median(rates),
                rates.length == 0 ? Double.NaN : rates[0],
                rates.length == 0 ? Double.NaN : rates[rates.length - 1],
                median(runs, Summary::p50),
                median(runs, Summary::p99),
                median(runs, run -> latency(run.latency(), run.latency().p999())),
                median(runs, Summary::cpuMicros),
                median(runs, Summary::rssPeak),
                sum(all, "lost"),
                sum(all, "duplicated"),
                sum(all, "reordered"),
                figures);
    }

    String figure(String name) {
        return Figures.named(name, figures.getOrDefault(name, Double.NaN));
    }

    static double p50(Run run) {
        return latency(run.latency(), run.latency().p50());
    }

    static double p99(Run run) {
        return latency(run.latency(), run.latency().p99());
    }

    /** NaN where nothing was delivered: then it says nothing. */
    static double cpuMicros(Run run) {
        double micros = usage(run, Usage::cpuMicrosPerDelivery);
        return micros > 0 ? micros : Double.NaN;
    }

    static double rssPeak(Run run) {
        return usage(run, Usage::rssPeakMib);
    }

    /** NaN if the process was not known. */
    static double usage(Run run, ToDoubleFunction<Usage> figure) {
        @Nullable Usage usage = run.usage();
        return usage == null ? Double.NaN : figure.applyAsDouble(usage);
    }

    private static double latency(Latency latency, double value) {
        return latency.count() == 0 ? Double.NaN : value;
    }

    private static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
        return Pairwise.median(sorted(runs, figure));
    }

    private static double[] sorted(List<Run> runs, ToDoubleFunction<Run> figure) {
        return runs.stream()
                .mapToDouble(figure)
                .filter(Double::isFinite)
                .sorted()
                .toArray();
    }

    private static OptionalLong sum(List<Run> runs, String count) {
        List<Long> counted = runs.stream()
                .filter(run -> run.counts().containsKey(count))
                .map(run -> run.counts().get(count))
                .toList();
        return counted.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(counted.stream().mapToLong(Long::longValue).sum());
    }
}

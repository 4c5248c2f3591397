package io.sluice.loadtest.report;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one call of the load test measured: written as JSON, read again by {@code compare}, shown as a page.
 *
 * @param format of this document: 1
 * @param product "sluice 0.1.0-SNAPSHOT"
 * @param startedAt ISO 8601, UTC
 * @param command as it was typed, after "sluice "
 */
public record Report(int format, String product, String startedAt, String command, Machine machine, List<Row> rows) {
    public static final int FORMAT = 1;

    public record Machine(String os, String cpu, int cores, long memoryMib, String java) {}

    /**
     * One line of the table: a setting, measured with one or more targets in turn.
     *
     * @param title for people: "topic 1→10, 128 B"
     * @param scenario "fan-out"
     * @param setting what was asked for, in the order to show: "publishers" → "1", "size" → "128 B", …
     * @param ceiling what the generator does against a sink that discards, messages published a second; 0 if not measured
     * @param generatorBound whether a run came so near to the ceiling that it says more about the generator
     * @param problems why the call fails, one sentence each; empty if it does not
     */
    public record Row(
            String title,
            String scenario,
            Map<String, String> setting,
            double ceiling,
            boolean generatorBound,
            List<Run> runs,
            List<Ratio> ratios,
            List<String> problems) {}

    /**
     * One run against one target.
     *
     * @param pair number of the round, from 1: runs of a round follow each other and are compared
     * @param target "sluice", "limit", "nats", "redis", "mqtt": what it is called in the table
     * @param variant "" or, where a scenario compares two, "control" and "slow"
     * @param counts "published", "delivered", "lost", "duplicated", "reordered", "foreign", "slow-delivered", "slow-missed",
     *     "slow-disconnected", "disconnected" and what else a scenario counts
     * @param usage of the target's process, null where its pid is not known
     * @param figures what else a scenario found: "memory per connection" → 4321.0 (unit in the name's brackets:
     *     "memory per connection (B)")
     */
    public record Run(
            int pair,
            String target,
            String variant,
            double seconds,
            double publishedPerSecond,
            double deliveredPerSecond,
            Map<String, Long> counts,
            Latency latency,
            Latency sendLag,
            @Nullable Usage usage,
            double generatorCpuSeconds,
            Map<String, Double> figures,
            List<Point> series,
            String error) {}

    /** In µs; all 0 when nothing was measured. {@code curve} holds percentile → µs pairs for the chart, ascending. */
    public record Latency(
            long count, double p50, double p90, double p99, double p999, double max, List<Percentile> curve) {}

    public record Percentile(double percentile, double micros) {}

    /**
     * Of the target's process over the measured time.
     *
     * @param cpuMicrosPerDelivery CPU time by deliveries
     * @param cores CPU time by wall time
     */
    public record Usage(
            double cpuSeconds,
            double cpuMicrosPerDelivery,
            double cores,
            double rssBeforeMib,
            double rssAfterMib,
            double rssPeakMib) {}

    /** One second. Resident memory, descriptors, threads and heap of the target are 0 where they are not known. */
    public record Point(
            double at,
            boolean measured,
            long published,
            long delivered,
            double p50Micros,
            double p99Micros,
            double maxMicros,
            double rssMib,
            double cores,
            long descriptors,
            long threads,
            double heapMib) {}

    /**
     * Pairwise: each run of {@code of} by the run of {@code to} in the same round.
     *
     * @param name "rate", "p50", "p99", "memory"
     */
    public record Ratio(String name, String of, String to, double median, double min, double max, int pairs) {}
}

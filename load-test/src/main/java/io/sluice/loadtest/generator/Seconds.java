package io.sluice.loadtest.generator;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** The run second by second, and the sums over its measured time. Belongs to the thread that runs it. */
final class Seconds {
    private final Progress progress;
    private final double wholeSeconds;
    private final List<Measurement.Second> series = new ArrayList<>();
    private final Histogram latenciesNs = Latencies.empty();
    private final Histogram lagNs = Latencies.empty();
    private boolean measuring;
    private long startNs;
    private Deliveries.Snapshot delivered = new Deliveries.Snapshot(0, 0, Latencies.empty());
    private Publications.Snapshot published = new Publications.Snapshot(0, 0, Latencies.empty());
    private Deliveries.@Nullable Snapshot deliveredBefore;
    private Publications.@Nullable Snapshot publishedBefore;
    private long cpuNsBefore;
    private long cpuNs;

    Seconds(Load load, Progress progress) {
        this.progress = progress;
        this.wholeSeconds = load.warmUp().plus(load.duration()).toNanos() / 1e9;
    }

    /** The warm-up begins. */
    void start(long nowNs, Deliveries.Snapshot delivered, Publications.Snapshot published) {
        this.startNs = nowNs;
        this.delivered = delivered;
        this.published = published;
    }

    /** The measured time begins. */
    void beginMeasured() {
        measuring = true;
        deliveredBefore = delivered;
        publishedBefore = published;
        cpuNsBefore = processCpuNs();
        cpuNs = cpuNsBefore;
    }

    /** A second is over, or what there was of one. */
    void add(Deliveries.Snapshot deliveredNow, Publications.Snapshot publishedNow) {
        Histogram latencies = deliveredNow.latenciesNs();
        double at = (deliveredNow.atNs() - startNs) / 1e9;
        Measurement.Second second = new Measurement.Second(
                at,
                measuring,
                publishedNow.published() - published.published(),
                deliveredNow.delivered() - delivered.delivered(),
                latencies.getValueAtPercentile(50),
                latencies.getValueAtPercentile(99),
                latencies.getMaxValue());
        delivered = deliveredNow;
        published = publishedNow;
        if (measuring) {
            latenciesNs.add(latencies);
            lagNs.add(publishedNow.lagNs());
            cpuNs = processCpuNs();
        }
        series.add(second);
        progress.onSecond(second, Math.min(1, at / wholeSeconds));
    }

    /** What was still on its way when the measured time ended was late, too. */
    void addLate(Histogram latencies) {
        if (measuring) {
            latenciesNs.add(latencies);
        }
    }

    double measuredSeconds() {
        Deliveries.Snapshot before = deliveredBefore;
        return before == null ? 0 : (delivered.atNs() - before.atNs()) / 1e9;
    }

    double deliveredPerSecond() {
        Deliveries.Snapshot before = deliveredBefore;
        return before == null
                ? 0
                : perSecond(delivered.delivered() - before.delivered(), delivered.atNs() - before.atNs());
    }

    double publishedPerSecond() {
        Publications.Snapshot before = publishedBefore;
        return before == null
                ? 0
                : perSecond(published.published() - before.published(), published.atNs() - before.atNs());
    }

    private static double perSecond(long count, long ns) {
        return ns == 0 ? 0 : count * 1e9 / ns;
    }

    Histogram latenciesNs() {
        return latenciesNs;
    }

    Histogram lagNs() {
        return lagNs;
    }

    double cpuSeconds() {
        return (cpuNs - cpuNsBefore) / 1e9;
    }

    List<Measurement.Second> series() {
        return series;
    }

    /** CPU time of this process; 0 where the JVM does not tell. */
    private static long processCpuNs() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }
}

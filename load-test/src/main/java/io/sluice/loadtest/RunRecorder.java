package io.sluice.loadtest;

import io.sluice.loadtest.generator.Measurement;
import io.sluice.loadtest.generator.Measurement.Second;
import io.sluice.loadtest.generator.Progress;
import io.sluice.loadtest.report.Report.Latency;
import io.sluice.loadtest.report.Report.Percentile;
import io.sluice.loadtest.report.Report.Point;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.report.Report.Usage;
import io.sluice.loadtest.target.ProcessUsage;
import io.sluice.loadtest.target.ProcessUsage.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.jspecify.annotations.Nullable;

/**
 * Follows one run, takes a sample of the target's process every second, and puts it all together in the end. The seconds may
 * come from another thread.
 */
final class RunRecorder implements Progress {
    private static final Sample UNKNOWN = new Sample(0, 0, 0, 0, 0, 0);
    private static final int CURVE_TICKS_PER_HALF_DISTANCE = 5;
    private static final double NS_PER_MICRO = 1e3;
    private static final double NS_PER_SECOND = 1e9;

    private final Turn turn;
    private final Progress next;
    private final @Nullable ProcessUsage process;
    private final boolean peakForgotten;
    private final Sample before;
    private final List<Point> points = new ArrayList<>();

    private Sample last;
    /** At the beginning of the measured time, and at its end so far. */
    private Sample from;

    private Sample to;
    private int measuredSeconds;
    private long measuredDelivered;
    private double peakMib;

    /** Begins to watch. */
    RunRecorder(Turn turn, Progress next) {
        this.turn = turn;
        this.next = next;
        this.process = turn.target().process();
        this.peakForgotten = process != null && process.forgetPeak();
        this.before = sample();
        this.last = before;
        this.from = before;
        this.to = before;
    }

    @Override
    public synchronized void onSecond(Second second, double done) {
        Sample now = sample();
        double cores = cores(last, now);
        points.add(new Point(
                second.at(),
                second.measured(),
                second.published(),
                second.delivered(),
                second.latencyP50Ns() / NS_PER_MICRO,
                second.latencyP99Ns() / NS_PER_MICRO,
                second.latencyMaxNs() / NS_PER_MICRO,
                now.rssMib(),
                cores,
                now.descriptors(),
                now.threads(),
                now.heapMib()));
        last = now;
        to = now;
        if (second.measured()) {
            measuredSeconds++;
            measuredDelivered += second.delivered();
        } else {
            from = now;
        }
        next.onSecond(second, done);
    }

    /** The seconds so far. */
    synchronized List<Point> points() {
        return List.copyOf(points);
    }

    /** The whole run, now that it is over. */
    Run run(Measurement measured) {
        return run(measured, Map.of(), Map.of(), "");
    }

    /** @param furtherError what went wrong besides; "" if nothing did */
    synchronized Run run(
            Measurement measured, Map<String, Long> furtherCounts, Map<String, Double> figures, String furtherError) {
        Map<String, Long> counts = counts(measured);
        counts.putAll(furtherCounts);
        return new Run(
                turn.round(),
                turn.target().name(),
                turn.variant(),
                measured.seconds(),
                measured.publishedPerSecond(),
                measured.deliveredPerSecond(),
                counts,
                latency(measured.latencyNs()),
                latency(measured.sendLagNs()),
                usage(measured.delivered()),
                measured.generatorCpuSeconds(),
                figures,
                List.copyOf(points),
                measured.error().isEmpty() ? furtherError : measured.error());
    }

    /** Of the target's process so far, null where it is not known. */
    synchronized @Nullable Usage usage(long delivered) {
        if (process == null) {
            return null;
        }
        Sample after = sample();
        // Too short for a single second: the whole of it, connecting included.
        boolean whole = measuredSeconds == 0;
        Sample begin = whole ? before : from;
        Sample end = whole ? after : to;
        double cpu = Math.max(0, end.cpuSeconds() - begin.cpuSeconds());
        long deliveries = whole ? delivered : measuredDelivered;
        return new Usage(
                cpu,
                deliveries == 0 ? 0 : cpu * 1e6 / deliveries,
                cores(begin, end),
                before.rssMib(),
                after.rssMib(),
                Math.max(peakMib, peakForgotten ? process.peakMib() : 0));
    }

    private Sample sample() {
        if (process == null) {
            return UNKNOWN;
        }
        Sample now = process.sample();
        peakMib = Math.max(peakMib, now.rssMib());
        return now;
    }

    private static double cores(Sample from, Sample to) {
        double seconds = (to.atNs() - from.atNs()) / NS_PER_SECOND;
        return seconds <= 0 ? 0 : Math.max(0, to.cpuSeconds() - from.cpuSeconds()) / seconds;
    }

    private static Map<String, Long> counts(Measurement measured) {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("published", measured.published());
        counts.put("delivered", measured.delivered());
        counts.put("lost", measured.lost());
        counts.put("duplicated", measured.duplicated());
        counts.put("reordered", measured.reordered());
        counts.put("foreign", measured.foreign());
        counts.put("disconnected", (long) measured.disconnected());
        counts.put("slow-delivered", measured.slowDelivered());
        counts.put("slow-missed", measured.slowMissed());
        counts.put("slow-disconnected", (long) measured.slowDisconnected());
        return counts;
    }

    static Latency latency(Histogram ns) {
        if (ns.getTotalCount() == 0) {
            return new Latency(0, 0, 0, 0, 0, 0, List.of());
        }
        List<Percentile> curve = new ArrayList<>();
        for (HistogramIterationValue value : ns.percentiles(CURVE_TICKS_PER_HALF_DISTANCE)) {
            curve.add(new Percentile(value.getPercentileLevelIteratedTo(), value.getValueIteratedTo() / NS_PER_MICRO));
        }
        return new Latency(
                ns.getTotalCount(),
                ns.getValueAtPercentile(50) / NS_PER_MICRO,
                ns.getValueAtPercentile(90) / NS_PER_MICRO,
                ns.getValueAtPercentile(99) / NS_PER_MICRO,
                ns.getValueAtPercentile(99.9) / NS_PER_MICRO,
                ns.getMaxValue() / NS_PER_MICRO,
                List.copyOf(curve));
    }
}

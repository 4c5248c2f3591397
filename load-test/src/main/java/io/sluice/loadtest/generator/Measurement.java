package io.sluice.loadtest.generator;

import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What one {@link Load} gave. Rates are over the measured time; counts of messages over the whole run, warm-up included.
 *
 * @param published messages written to sockets
 * @param delivered messages that healthy subscribers received
 * @param lost messages that a healthy subscriber should have got and did not (queue: that nobody got)
 * @param duplicated received more than once (queue: by anybody)
 * @param reordered received after one of the same publisher and destination with a higher number (queue: at the same subscriber)
 * @param foreign payloads that were none of ours, or of another size
 * @param slowDelivered what slow subscribers received
 * @param slowMissed what slow subscribers did not get of what was published to them; not an error
 * @param slowDisconnected slow subscribers that the broker closed
 * @param disconnected publishers and healthy subscribers that lost their connection; an error
 * @param seconds measured time
 * @param publishedPerSecond over the measured time
 * @param deliveredPerSecond over the measured time
 * @param latencyNs of deliveries to healthy subscribers in the measured time; from the intended time of sending where there
 *     is a rate, and then also of what was still on its way at the end; else from the write
 * @param sendLagNs how late the generator itself was, against intended times; empty without a rate
 * @param generatorCpuSeconds CPU time of the generator's process in the measured time
 * @param series one entry a second, warm-up included
 * @param error what ended the run early; empty if nothing did
 */
public record Measurement(
        long published,
        long delivered,
        long lost,
        long duplicated,
        long reordered,
        long foreign,
        long slowDelivered,
        long slowMissed,
        int slowDisconnected,
        int disconnected,
        double seconds,
        double publishedPerSecond,
        double deliveredPerSecond,
        Histogram latencyNs,
        Histogram sendLagNs,
        double generatorCpuSeconds,
        List<Second> series,
        String error) {

    /**
     * One second of a run.
     *
     * @param at seconds since the start of the warm-up, at its end
     * @param measured whether it belongs to the measured time
     * @param published messages in this second
     * @param delivered messages to healthy subscribers in this second
     * @param latencyP50Ns of what was delivered in this second; 0 if nothing was
     * @param latencyP99Ns likewise
     * @param latencyMaxNs likewise
     */
    public record Second(
            double at,
            boolean measured,
            long published,
            long delivered,
            long latencyP50Ns,
            long latencyP99Ns,
            long latencyMaxNs) {}
}

package io.sluice.loadtest.generator;

import org.HdrHistogram.Histogram;

/** What all subscribers have received. Belongs to the subscribers' loop. */
final class Deliveries {
    final Latencies latencies = new Latencies();
    long delivered;
    long slowDelivered;
    long foreign;
    int disconnected;
    int slowDisconnected;

    /**
     * Counts at one moment.
     *
     * @param atNs when
     * @param delivered to healthy subscribers since the beginning
     * @param latenciesNs since the last time
     */
    record Snapshot(long atNs, long delivered, Histogram latenciesNs) {}

    Snapshot snapshot() {
        return new Snapshot(System.nanoTime(), delivered, latencies.take());
    }
}

package io.sluice.loadtest;

import io.sluice.loadtest.target.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Guests who come and go at given times while something else is measured. A visit: a subscriber connects, and a publisher; a
 * message goes from one to the other; both leave, every other time without a goodbye. Every fourth guest also looks into the
 * steady stream and drops it in the middle.
 */
final class Churn implements AutoCloseable {
    private static final int PATIENCE_MS = 5_000;
    private static final int REPEAT_MS = 20;
    private static final int LOOK_MS = 200;
    private static final long SLOWEST_NS = TimeUnit.SECONDS.toNanos(60);
    private static final byte[] MESSAGE = new byte[32];

    private final Target target;
    private final String name;
    private final double perSecond;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final Histogram tookNs = new ConcurrentHistogram(SLOWEST_NS, 3);
    private final long startNs = System.nanoTime();
    private volatile boolean stopping;
    private long ranNs;
    private volatile String firstFailure = "";

    /**
     * Begins.
     *
     * @param name of the steady load
     * @param guests how many visits may go on at a time
     * @param perSecond visits a second
     */
    Churn(Target target, String name, int guests, double perSecond) {
        this.target = target;
        this.name = name;
        this.perSecond = perSecond;
        for (int i = 0; i < guests; i++) {
            Thread thread = new Thread(this::visits, "guest-" + i);
            threads.add(thread);
            thread.start();
        }
    }

    /** Waits for those who are there to leave. */
    @Override
    public void close() {
        ranNs = System.nanoTime() - startNs;
        stopping = true;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
            boolean interrupted = Thread.interrupted();
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    Map<String, Long> counts() {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("visits", begun.get());
        counts.put("visits-failed", failed.get());
        return counts;
    }

    /** After {@link #close}. */
    Map<String, Double> figures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("visits (/s)", tookNs.getTotalCount() * 1e9 / ranNs);
        figures.put("visit p50 (µs)", tookNs.getValueAtPercentile(50) / 1e3);
        figures.put("visit p99 (µs)", tookNs.getValueAtPercentile(99) / 1e3);
        return figures;
    }

    /** Why the first visit that failed did so; "" if none did. */
    String firstFailure() {
        return firstFailure;
    }

    private void visits() {
        while (!stopping) {
            long number = begun.getAndIncrement();
            long dueNs = startNs + (long) (number * 1e9 / perSecond);
            while (!stopping && System.nanoTime() - dueNs < 0) {
                LockSupport.parkNanos(dueNs - System.nanoTime());
            }
            if (stopping) {
                begun.decrementAndGet();
                return;
            }
            long fromNs = System.nanoTime();
            try {
                visit(number);
                tookNs.recordValue(Math.min(SLOWEST_NS, System.nanoTime() - fromNs));
                if (number % 4 == 0) {
                    lookIn(number);
                }
            } catch (IOException e) {
                failed("visit " + number + ": " + e.getMessage());
            }
        }
    }

    private synchronized void failed(String why) {
        if (failed.getAndIncrement() == 0) {
            firstFailure = why;
        }
    }

    private void visit(long number) throws IOException {
        String id = name + "-guest-" + number;
        String destination = target.wire().destination(id, 0, false);
        try (PlainConnection subscriber = PlainConnection.subscriber(target, id + "-s", destination);
                PlainConnection publisher = PlainConnection.publisher(target, id + "-p")) {
            // Repeated: where nothing confirms a subscription, the first message may come before it.
            int waitedMs = 0;
            do {
                if (waitedMs >= PATIENCE_MS) {
                    throw new IOException("its own message did not come within " + PATIENCE_MS + " ms");
                }
                publisher.publish(destination, MESSAGE);
                waitedMs += REPEAT_MS;
            } while (!subscriber.awaitMessage(REPEAT_MS));
            if (number % 2 == 0) {
                subscriber.leave();
                publisher.leave();
            } else {
                subscriber.breakOff();
            }
        }
    }

    private void lookIn(long number) throws IOException {
        String steady = target.wire().destination(name, 0, false);
        try (PlainConnection guest = PlainConnection.subscriber(target, name + "-look-" + number, steady)) {
            // Before the stream begins and after its end there is nothing to see, and no fault in that.
            boolean unused = guest.awaitMessage(LOOK_MS);
        }
    }
}

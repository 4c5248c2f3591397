package io.sluice.loadtest.generator;

import java.util.concurrent.TimeUnit;

/**
 * Publishes at intended times, whatever the broker does (open loop): a message carries the time at which it should have
 * been sent, so that a delay shows in every message that it held up. Each is written by itself unless several are due.
 */
final class PacedPublisher extends Publisher {
    private final double betweenNs;
    private final double offsetNs;
    private final Runnable timer = this::onTimer;
    private boolean timerSet;
    private boolean pumping;
    private long startNs;
    private long sent;

    /**
     * A publisher.
     *
     * @param publishers how many share the rate, each sending in turn
     * @param rate of all of them, messages a second
     */
    PacedPublisher(
            Link link,
            int marker,
            int number,
            int slots,
            Tape tape,
            Publications publications,
            int publishers,
            double rate) {
        super(link, marker, number, slots, tape, publications);
        this.betweenNs = 1e9 / rate * publishers;
        this.offsetNs = 1e9 / rate * number;
    }

    @Override
    void start(long timeNs) {
        startNs = timeNs;
        super.start(timeNs);
    }

    private long intendedNs(long message) {
        return startNs + (long) (message * betweenNs + offsetNs);
    }

    private void onTimer() {
        timerSet = false;
        pump();
    }

    @Override
    void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        try {
            while (maySend()) {
                long nowNs = System.nanoTime();
                if (!sendDue(nowNs)) {
                    setTimer(nowNs);
                    return;
                }
            }
        } finally {
            pumping = false;
        }
    }

    /** Returns false if nothing is due. */
    private boolean sendDue(long nowNs) {
        int from = cursor();
        int end = tape().batchEnd(from, Integer.MAX_VALUE);
        int to = from;
        while (to < end) {
            long intended = intendedNs(sent);
            if (intended - nowNs > 0) {
                break;
            }
            stamp(to, to + 1, intended);
            publications().lag.record(nowNs - intended, 1);
            sent++;
            to++;
        }
        if (to == from) {
            return false;
        }
        send(to);
        return true;
    }

    private void setTimer(long nowNs) {
        if (!timerSet) {
            timerSet = true;
            channel().eventLoop().schedule(timer, intendedNs(sent) - nowNs, TimeUnit.NANOSECONDS);
        }
    }
}

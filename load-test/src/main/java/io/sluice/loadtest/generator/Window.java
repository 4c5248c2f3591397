package io.sluice.loadtest.generator;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many messages of one publisher may be on their way. The publishers' loop sends and shuts it; the subscribers' loop
 * tells what has arrived and opens it again. It opens when a quarter is free, so that not every read wakes the publisher.
 */
final class Window {
    private static final long GONE_AFTER_NS = TimeUnit.SECONDS.toNanos(1);

    private final int size;
    private final int least;
    private final boolean queue;
    private final Runnable reopen;

    /** What has arrived: topics count the number that the slowest subscriber has reached, lost ones before it included. */
    private final AtomicLong arrived = new AtomicLong();

    private volatile long sent;
    /** What is taken for gone: topics compare it with the number reached; in queues it never arrives and is added. */
    private volatile long gone;

    private volatile boolean shut;

    // Of the publishers' loop.
    private long arrivedLast = -1;
    private long arrivedLastAtNs;

    /**
     * A window that is open.
     *
     * @param reopen lets the publisher go on; called on any loop
     */
    Window(int size, boolean queue, Runnable reopen) {
        this.size = size;
        this.least = Math.max(1, size / 4);
        this.queue = queue;
        this.reopen = reopen;
    }

    private int room() {
        long there = arrived.get();
        long through = queue ? there + gone : Math.max(there, gone);
        return (int) Math.min(size, size - (sent - through));
    }

    /** How many may be sent now; 0 shuts the window, and it will reopen. On the publishers' loop. */
    int take() {
        int room = room();
        if (room >= least) {
            return room;
        }
        arrivedLast = -1;
        shut = true;
        // What arrived before the window was seen to be shut wakes nobody.
        room = room();
        if (room < least) {
            return 0;
        }
        shut = false;
        return room;
    }

    /** So many were sent in all. On the publishers' loop. */
    void sent(long messages) {
        sent = messages;
    }

    /** So many more have arrived. On the subscribers' loop. */
    void arrived(long more) {
        arrived.addAndGet(more);
        if (shut && room() >= least) {
            shut = false;
            reopen.run();
        }
    }

    /** Takes what is on its way for gone, if nothing has arrived for a second. On the publishers' loop, now and then. */
    void reopenIfStuck(long nowNs) {
        long there = arrived.get();
        if (!shut || there != arrivedLast) {
            arrivedLast = there;
            arrivedLastAtNs = nowNs;
        } else if (nowNs - arrivedLastAtNs >= GONE_AFTER_NS) {
            gone = queue ? sent - there : sent;
            shut = false;
            reopen.run();
        }
    }
}

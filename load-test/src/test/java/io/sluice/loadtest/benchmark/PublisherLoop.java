package io.sluice.loadtest.benchmark;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A publisher's event loop, as far as an {@link Inbox} needs one: between its own batches it routes what was handed over to
 * it, and while two of its batches wait to be routed it reads no more.
 */
final class PublisherLoop {
    private static final int MAX_UNROUTED = 2;

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger unrouted = new AtomicInteger();
    private volatile Thread sleeper;

    /** Does what was handed over, and returns when the next batch may be read. Own thread. */
    void awaitTurn() {
        awaitFewerThan(MAX_UNROUTED);
    }

    /** As {@link #awaitTurn}, and all own batches are routed: then nothing can be handed over to this loop any more. */
    void finish() {
        awaitFewerThan(1);
    }

    private void awaitFewerThan(int limit) {
        runTasks();
        while (unrouted.get() >= limit) {
            sleeper = Thread.currentThread();
            if (tasks.isEmpty() && unrouted.get() >= limit) {
                LockSupport.park(this);
            }
            sleeper = null;
            runTasks();
        }
    }

    private void runTasks() {
        Runnable task;
        while ((task = tasks.poll()) != null) {
            task.run();
        }
    }

    /** Has a task done by this loop. Any thread. */
    void execute(Runnable task) {
        tasks.add(task);
        wake();
    }

    /** A batch of its own is put into an inbox. Own thread. */
    void willBeRouted() {
        unrouted.getAndIncrement();
    }

    /** A batch of its own was routed. Any thread. */
    void routed() {
        unrouted.getAndDecrement();
        wake();
    }

    private void wake() {
        Thread thread = sleeper;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }
}

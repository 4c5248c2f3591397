package io.sluice.loadtest.benchmark;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A publisher's event loop, as far as an {@link Inbox} needs one: between its own batches it routes what was handed over to
 * it, and while two of its batches wait to be routed it reads no more.
 */
final class PublisherLoop {
    private static final int MAX_UNROUTED = 2;

    /** Much longer than any batch waits, so that looking costs nothing. */
    private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger unrouted = new AtomicInteger();
    private volatile Thread sleeper;

    /**
     * Does what was handed over until the next batch may be read. Own thread.
     *
     * @param stopped asked now and then: true to wait no longer
     * @return false if it was stopped, and nothing may be published
     */
    boolean awaitTurn(BooleanSupplier stopped) {
        return awaitFewerThan(MAX_UNROUTED, stopped);
    }

    /** Waits until all own batches are routed: then nothing can be handed over to this loop any more. Own thread. */
    void finish() {
        awaitFewerThan(1, () -> false);
    }

    private boolean awaitFewerThan(int limit, BooleanSupplier stopped) {
        runTasks();
        while (unrouted.get() >= limit) {
            if (stopped.getAsBoolean()) {
                return false;
            }
            if (Thread.interrupted()) {
                throw new IllegalStateException("interrupted while " + unrouted + " batches were not routed");
            }
            sleeper = Thread.currentThread();
            if (tasks.isEmpty() && unrouted.get() >= limit) {
                LockSupport.parkNanos(this, LOOK_AGAIN_NS);
            }
            sleeper = null;
            runTasks();
        }
        return true;
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

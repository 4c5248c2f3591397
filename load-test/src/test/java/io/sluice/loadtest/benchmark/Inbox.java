package io.sluice.loadtest.benchmark;

import io.sluice.broker.message.MessageBatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * What a destination could have instead of a lock: batches of all publishers wait in one line, and whoever finds it empty
 * routes, its own batch and a few others; then it hands the rest over to the loop that owns the oldest, so that nobody
 * routes for everybody.
 *
 * <p>The line is the linked queue for many producers and one consumer by Dmitry Vyukov. Who routes may change: the count of
 * what waits, and the hand-over, order one after the other. Only what the comparison needs: no answer comes back to the
 * publisher, and nobody subscribes or leaves.
 */
final class Inbox {
    private static final int BUDGET = 4;

    private final Consumer<MessageBatch> route;
    private final Runnable routeSome = this::routeSome;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicReference<Entry> newest;

    /** Already routed, or none: what waits is what follows it. Belongs to whoever routes. */
    private Entry last;

    private static final class Entry extends AtomicReference<Entry> {
        private static final long serialVersionUID = 1;

        private transient MessageBatch batch;
        private final transient PublisherLoop owner;

        Entry(MessageBatch batch, PublisherLoop owner) {
            this.batch = batch;
            this.owner = owner;
        }
    }

    Inbox(Consumer<MessageBatch> route) {
        this.route = route;
        this.last = new Entry(null, null);
        this.newest = new AtomicReference<>(last);
    }

    /** Takes over the reference. Routes at once, or leaves it to whoever routes now. */
    void publish(MessageBatch batch, PublisherLoop owner) {
        owner.willBeRouted();
        Entry entry = new Entry(batch, owner);
        newest.getAndSet(entry).setRelease(entry);
        if (waiting.getAndIncrement() == 0) {
            routeSome();
        }
    }

    private void routeSome() {
        for (int i = 0; i < BUDGET; i++) {
            Entry oldest = oldest();
            last = oldest;
            MessageBatch batch = oldest.batch;
            oldest.batch = null;
            route.accept(batch);
            oldest.owner.routed();
            if (waiting.decrementAndGet() == 0) {
                return;
            }
        }
        oldest().owner.execute(routeSome);
    }

    /** The oldest that waits; there is one, but whoever added it may be about to link it. */
    private Entry oldest() {
        Entry next = last.getAcquire();
        while (next == null) {
            Thread.onSpinWait();
            next = last.getAcquire();
        }
        return next;
    }
}

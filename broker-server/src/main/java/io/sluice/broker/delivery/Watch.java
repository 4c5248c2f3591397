package io.sluice.broker.delivery;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.HeldUnder;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.destination.Destination;
import io.sluice.broker.destination.Offer;
import io.sluice.broker.destination.OverflowPolicy;
import io.sluice.broker.destination.Subscriber;
import io.sluice.broker.destination.Tally;
import io.sluice.broker.message.Backlog;
import io.sluice.broker.message.BacklogBounds;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.message.MessageCopy;
import io.sluice.protocol.NativeFrames;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who looks on at a topic from within the broker: a subscriber that nobody waits for.
 *
 * <p>Holds at most 1 MiB of memory, and one batch; what comes while it is full, or while the broker is short of memory,
 * is missed and counted. A publisher pays for one more subscriber, not for what is done with the messages: they wait as they came until
 * somebody {@linkplain #poll polls}. Counts as a subscriber of the topic; what it takes or misses is in no count of
 * messages written or dropped, since no client is concerned.
 */
@AnyThread
public final class Watch implements Subscriber, AutoCloseable {
    /** The memory it holds at most, in bytes. */
    public static final int MAX_BYTES = 1024 * 1024;

    /** Small batches are put together, but only such that came within this time. */
    private static final long MERGE_SPAN_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final OverflowPolicy POLICY = OverflowPolicies.named("drop-newest");

    private final NanoClock clock;
    private final Consumer<Watch> whenClosed;

    /** Held by the publisher for one batch, and never while a message is copied. */
    private final Object lock = new Object();

    @HeldUnder("lock")
    private final Backlog backlog = new Backlog(new BacklogBounds(MAX_BYTES, Long.MAX_VALUE));

    @HeldUnder("lock")
    private long skipped;

    @HeldUnder("lock")
    private boolean closed;

    @HeldUnder("this")
    private @Nullable Destination destination;

    /** The batch being looked at, with its reference. */
    @HeldUnder("this")
    private @Nullable MessageBatch current;

    @HeldUnder("this")
    private int currentIndex;

    @HeldUnder("this")
    private int currentLeft;

    /** @param whenClosed told once, by whoever closes it */
    public Watch(NanoClock clock, Consumer<Watch> whenClosed) {
        this.clock = clock;
        this.whenClosed = whenClosed;
        backlog.setMergeSpanNs(MERGE_SPAN_NS);
    }

    /** The topic it is subscribed to. */
    public synchronized void attach(Destination topic) {
        destination = topic;
    }

    @Override
    public Offer offer(MessageBatch batch) {
        synchronized (lock) {
            if (closed) {
                batch.release();
                return Offer.CLOSED;
            }
            if (batch.memory().isHigh()) {
                backlog.refuse(batch);
                return Offer.DROPPED;
            }
            return POLICY.offer(backlog, batch);
        }
    }

    /** Takes up to {@code max} messages out, oldest first. */
    public synchronized List<MessageCopy> poll(int max) {
        Instant now = Instant.now();
        long nowNs = clock.nowNs();
        List<MessageCopy> copies = new ArrayList<>();
        while (copies.size() < max) {
            MessageBatch batch = currentLeft > 0 ? current : next();
            if (batch == null) {
                break;
            }
            copies.add(MessageCopy.of(batch.frames(), currentIndex, now.minusNanos(nowNs - batch.arrivedNs())));
            currentIndex += NativeFrames.frameBytes(batch.frames(), currentIndex);
            currentLeft--;
        }
        if (currentLeft == 0) {
            releaseCurrent();
        }
        return copies;
    }

    @HeldUnder("this")
    private @Nullable MessageBatch next() {
        releaseCurrent();
        MessageBatch batch;
        synchronized (lock) {
            batch = backlog.poll();
        }
        if (batch != null) {
            current = batch;
            currentIndex = batch.frames().readerIndex();
            currentLeft = batch.messages();
        }
        return batch;
    }

    @HeldUnder("this")
    private void releaseCurrent() {
        MessageBatch batch = current;
        if (batch == null) {
            return;
        }
        synchronized (lock) {
            backlog.settle(batch.costBytes(), batch.messages());
            skipped += currentLeft;
        }
        batch.release();
        current = null;
        currentLeft = 0;
    }

    /** Lets go of all that waits, and counts it as missed. */
    public synchronized void skip() {
        releaseCurrent();
        synchronized (lock) {
            backlog.dropAll();
        }
    }

    /** How many messages came and were not polled, so far; those that wait are not among them. */
    public long missedMessages() {
        synchronized (lock) {
            return backlog.droppedMessages() + skipped;
        }
    }

    /** The memory it keeps alive, in bytes. */
    public long heldBytes() {
        synchronized (lock) {
            return backlog.heldBytes();
        }
    }

    /** Ends the subscription. May be called twice. */
    @Override
    public synchronized void close() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
        }
        Destination topic = destination;
        if (topic != null) {
            topic.leave(this);
        }
        skip();
        if (topic != null) {
            topic.gone(this);
        }
        whenClosed.accept(this);
    }

    @Override
    public long roomBytes() {
        return Long.MAX_VALUE;
    }

    @Override
    public long roomMessages() {
        return Long.MAX_VALUE;
    }

    @Override
    public boolean awaitRoom() {
        return false;
    }

    @Override
    public boolean hasStalled(long nowNs) {
        return false;
    }

    @Override
    public void addTo(Tally tally) {
        // It counts as a subscriber, and that is all.
    }

    @Override
    public String describe() {
        return "somebody who looks on";
    }
}

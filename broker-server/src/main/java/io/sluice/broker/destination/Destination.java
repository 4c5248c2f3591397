package io.sluice.broker.destination;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.Shown;
import io.sluice.broker.message.DestinationName;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.message.MessageCopy;
import io.sluice.broker.metrics.DropReason;
import java.util.List;

/**
 * Something with a name that messages are sent to and subscribers wait at.
 *
 * <p>Every change of who is subscribed and every batch passes under one lock, held for one batch at a time, which gives
 * each its place in the one order all subscribers see. Lock order: destination, then send queue; never two destinations.
 */
@AnyThread
public abstract sealed class Destination permits TopicDestination, QueueDestination {
    private final DestinationName name;

    Destination(DestinationName name) {
        this.name = name;
    }

    public final DestinationName name() {
        return name;
    }

    /**
     * Routes a batch, taking over the caller's reference unless the answer is {@link Offer#CLOSED}.
     *
     * @param publisher is paused when the answer is {@link Offer#PUSHED_BACK}; called on its own event loop
     */
    public abstract Offer publish(MessageBatch batch, Publisher publisher);

    /** Adds a subscriber; false if this destination was forgotten and must be looked up again. */
    abstract boolean subscribe(Subscriber subscriber);

    /** Takes a subscriber out: nothing is offered to it any more, though it may still hold messages. */
    public abstract void leave(Subscriber subscriber);

    /** A subscriber that left holds nothing any more. */
    public abstract void gone(Subscriber subscriber);

    /** Whether messages that a subscriber could not be sent come back, to be given to others. */
    public abstract boolean takesBack();

    /** Messages come back from a subscriber, with their references. They go before all that is not yet assigned. */
    public abstract void giveBack(List<MessageBatch> unsent);

    /** Puts a subscriber that {@linkplain #leave left} because it stalled in the turn again. */
    public abstract void rejoin(Subscriber subscriber);

    /** A subscriber has room again, after {@link Subscriber#awaitRoom} or an answer of {@link Offer#PUSHED_BACK}. */
    public abstract void onRoom(Subscriber subscriber);

    /** A publisher has gone and need not be resumed. */
    public abstract void forget(Publisher publisher);

    /** Drops all messages that wait here and are not assigned, and releases the publishers. Returns how many messages. */
    public abstract long purge(DropReason reason);

    /**
     * Bounds and policy are others from now on: what no longer fits is dropped as the policy has it, and publishers that need
     * wait no longer go on. Of queues only: a topic has none of its own.
     */
    void change(QueueSettings settings) {
        throw new IllegalStateException("a topic has no bounds: " + this);
    }

    /** Copies of up to {@code max} (at most 100) messages, the oldest that wait here and are not assigned; none of a topic. */
    public abstract List<MessageCopy> peek(int max);

    /**
     * What came since somebody last looked, as far as it still waits; nothing of a topic.
     *
     * @param arrivals what the last look gave, or {@link QueueNews#FIRST_LOOK}
     * @param max how many messages are copied, at most 100
     */
    public QueueNews newsSince(long arrivals, int max) {
        return new QueueNews(List.of(), 0, QueueNews.FIRST_LOOK);
    }

    /** Whether publishers to it have to wait. */
    public abstract boolean isPushingBack();

    /** Once a second: warns of long push-backs, and forgets the destination when nobody has used it for long. */
    abstract void tick(long nowNs);

    /** How many publishers are pushed back because of it. */
    public abstract int waitingPublishers();

    /** Whether a publisher is pushed back because of it. */
    public abstract boolean isWaiting(Publisher publisher);

    /** How it stands, and what has become of its messages. */
    public abstract DestinationSnapshot snapshot();

    /** Its name, fit for a log. */
    @Override
    public final String toString() {
        return Shown.whole(name.toString());
    }
}

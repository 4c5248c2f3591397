package io.sluice.broker.destination;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.message.MessageBatch;

/** Somebody a destination gives messages to. Called under the destination's lock, from any event loop. */
@AnyThread
public interface Subscriber {
    /** Takes a batch, and the caller's reference, whatever the answer. */
    Offer offer(MessageBatch batch);

    /** How many bytes it may hold beyond what it holds; 0 or less when it is full. */
    long roomBytes();

    /** How many messages it may hold beyond what it holds; 0 or less when it is full. */
    long roomMessages();

    /**
     * Asks to be told by {@link Destination#onRoom} when it is full no longer.
     *
     * @return false if it has room now: then nothing will be told
     */
    boolean awaitRoom();

    /** Whether what it is offered will most likely go to a socket at once. */
    default boolean isTaking() {
        return false;
    }

    /** Whether it holds messages and has taken none for five seconds. */
    boolean hasStalled(long nowNs);

    /** Adds what became of its messages, and what it holds. Also called when it has gone, without the destination's lock. */
    void addTo(Tally tally);

    /** Who it is and how it stands, for a log line. */
    String describe();
}

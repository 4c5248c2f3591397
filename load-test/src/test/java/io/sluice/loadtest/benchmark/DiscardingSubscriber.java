package io.sluice.loadtest.benchmark;

import io.sluice.broker.destination.Offer;
import io.sluice.broker.destination.Subscriber;
import io.sluice.broker.destination.Tally;
import io.sluice.broker.message.MessageBatch;

/** Always has room, and lets go of what it gets: what remains is the cost of routing. */
final class DiscardingSubscriber implements Subscriber {
    @Override
    public Offer offer(MessageBatch batch) {
        batch.release();
        return Offer.ACCEPTED;
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
        // Nobody asks.
    }

    @Override
    public String describe() {
        return "discarding";
    }
}

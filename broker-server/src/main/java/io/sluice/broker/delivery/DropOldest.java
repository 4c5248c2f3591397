package io.sluice.broker.delivery;

import io.sluice.broker.destination.Offer;
import io.sluice.broker.destination.OverflowPolicy;
import io.sluice.broker.message.Backlog;
import io.sluice.broker.message.MessageBatch;

/** The oldest queued make room. What is on its way to the socket cannot; if that alone fills it, the newest goes. */
final class DropOldest implements OverflowPolicy {
    @Override
    public String configName() {
        return "drop-oldest";
    }

    @Override
    public Offer offer(Backlog backlog, MessageBatch batch) {
        boolean dropped = false;
        while (backlog.isFull()) {
            if (!backlog.dropOldest()) {
                backlog.refuse(batch);
                return Offer.DROPPED;
            }
            dropped = true;
        }
        backlog.append(batch);
        return dropped ? Offer.DROPPED : Offer.ACCEPTED;
    }

    @Override
    public void shrink(Backlog backlog) {
        while (backlog.isOverfull() && backlog.dropOldest()) {}
    }
}

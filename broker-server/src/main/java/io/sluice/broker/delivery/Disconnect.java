package io.sluice.broker.delivery;

import io.sluice.broker.destination.Offer;
import io.sluice.broker.destination.OverflowPolicy;
import io.sluice.broker.message.Backlog;
import io.sluice.broker.message.MessageBatch;

/** A subscriber that a batch does not fit for is closed. */
final class Disconnect implements OverflowPolicy {
    @Override
    public String configName() {
        return "disconnect";
    }

    @Override
    public Offer offer(Backlog backlog, MessageBatch batch) {
        if (backlog.isFull()) {
            backlog.refuse(batch);
            return Offer.CLOSED;
        }
        backlog.append(batch);
        return Offer.ACCEPTED;
    }

    @Override
    public boolean closesInsteadOfDropping() {
        return true;
    }
}

package io.sluice.broker.delivery;

import io.sluice.broker.destination.Offer;
import io.sluice.broker.destination.OverflowPolicy;
import io.sluice.broker.message.Backlog;
import io.sluice.broker.message.MessageBatch;

/** While the socket is blocked only the latest message is kept. */
final class Latest implements OverflowPolicy {
    @Override
    public String configName() {
        return "latest";
    }

    @Override
    public Offer offer(Backlog backlog, MessageBatch batch) {
        if (!backlog.isBlocked() && !backlog.isFull()) {
            backlog.append(batch);
            return Offer.ACCEPTED;
        }
        boolean replaces = !backlog.isEmpty() || batch.remainingMessages() > 1;
        backlog.dropAll();
        backlog.appendNewest(batch);
        return replaces ? Offer.DROPPED : Offer.ACCEPTED;
    }

    @Override
    public void shrink(Backlog backlog) {
        while (backlog.isOverfull() && backlog.waitingBatches() > 1 && backlog.dropOldest()) {}
    }

    @Override
    public boolean keepsOnlyLatest() {
        return true;
    }
}

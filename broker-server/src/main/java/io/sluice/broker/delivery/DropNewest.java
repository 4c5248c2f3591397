package io.sluice.broker.delivery;

import io.sluice.broker.destination.Offer;
import io.sluice.broker.destination.OverflowPolicy;
import io.sluice.broker.message.Backlog;
import io.sluice.broker.message.MessageBatch;

/** A batch that does not fit is not queued. */
final class DropNewest implements OverflowPolicy {
    @Override
    public String configName() {
        return "drop-newest";
    }

    @Override
    public Offer offer(Backlog backlog, MessageBatch batch) {
        if (backlog.isFull()) {
            backlog.refuse(batch);
            return Offer.DROPPED;
        }
        backlog.append(batch);
        return Offer.ACCEPTED;
    }

    @Override
    public void shrink(Backlog backlog) {
        while (backlog.isOverfull() && backlog.dropNewest()) {}
    }
}

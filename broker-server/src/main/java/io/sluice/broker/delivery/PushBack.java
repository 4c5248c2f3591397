package io.sluice.broker.delivery;

import io.sluice.broker.destination.Offer;
import io.sluice.broker.destination.OverflowPolicy;
import io.sluice.broker.message.Backlog;
import io.sluice.broker.message.MessageBatch;

/** Taken, and stop: everything is queued, and the publisher that filled the queue is not read until there is room. */
final class PushBack implements OverflowPolicy {
    @Override
    public String configName() {
        return "push-back";
    }

    @Override
    public Offer offer(Backlog backlog, MessageBatch batch) {
        backlog.append(batch);
        return backlog.isFull() ? Offer.PUSHED_BACK : Offer.ACCEPTED;
    }

    @Override
    public boolean pushesBack() {
        return true;
    }
}

package io.sluice.broker.destination;

import io.sluice.broker.base.HeldUnder;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.message.DestinationName;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.DropReason;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Every current subscriber gets every message, all in the same order; they share the batch.
 *
 * <p>Exists only while somebody is subscribed. What a batch costs per subscriber does not depend on how many messages
 * are in it.
 */
final class TopicDestination extends Destination {
    private final Object lock = new Object();
    private final NanoClock clock;
    private final BrokerCounters counters;
    private final PushBackLog pushBackLog;
    private final Consumer<Destination> whenUnused;

    @HeldUnder("lock")
    private final List<Subscriber> subscribers = new ArrayList<>();

    /** Subscribers under {@code push-back} that were full and have not had room since. */
    @HeldUnder("lock")
    private final Set<Subscriber> pushingBack = new LinkedHashSet<>();

    @HeldUnder("lock")
    private final WaitingPublishers waiting = new WaitingPublishers();

    @HeldUnder("lock")
    private boolean forgotten;

    TopicDestination(DestinationName name, DestinationContext context) {
        super(name);
        this.clock = context.clock();
        this.counters = context.counters();
        this.pushBackLog = context.pushBackLog();
        this.whenUnused = context.whenForgotten();
    }

    @Override
    public Offer publish(MessageBatch batch, Publisher publisher) {
        synchronized (lock) {
            if (forgotten) {
                return Offer.CLOSED;
            }
            int count = subscribers.size();
            if (count == 0) {
                // Just come into being: its first subscriber is about to be added.
                counters.dropped(DropReason.NO_SUBSCRIBER, batch.messages(), batch.payloadBytes());
                batch.release();
                return Offer.ACCEPTED;
            }
            // All references are there before the first offer: a subscriber's loop may be done with its own at once.
            batch.retain(count);
            boolean pushedBack = false;
            for (int i = 0; i < count; i++) {
                Subscriber subscriber = subscribers.get(i);
                if (subscriber.offer(batch) == Offer.PUSHED_BACK) {
                    pushingBack.add(subscriber);
                    pushedBack = true;
                }
            }
            batch.release();
            if (!pushedBack) {
                return Offer.ACCEPTED;
            }
            if (waiting.add(publisher, clock.nowNs())) {
                counters.pushedBack();
            }
            return Offer.PUSHED_BACK;
        }
    }

    @Override
    boolean subscribe(Subscriber subscriber) {
        synchronized (lock) {
            return !forgotten && subscribers.add(subscriber);
        }
    }

    @Override
    public void leave(Subscriber subscriber) {
        boolean unused;
        synchronized (lock) {
            unused = subscribers.remove(subscriber) && subscribers.isEmpty();
            forgotten |= unused;
            hasRoom(subscriber);
        }
        if (unused) {
            whenUnused.accept(this);
        }
    }

    @Override
    public void gone(Subscriber subscriber) {
        // Nothing is kept about a subscriber that left.
    }

    @Override
    public boolean takesBack() {
        return false;
    }

    @Override
    public void giveBack(List<MessageBatch> unsent) {
        throw new IllegalStateException("a topic takes nothing back: " + this);
    }

    @Override
    public void rejoin(Subscriber subscriber) {
        throw new IllegalStateException("a topic has no turn: " + this);
    }

    @Override
    public void onRoom(Subscriber subscriber) {
        synchronized (lock) {
            hasRoom(subscriber);
        }
    }

    @HeldUnder("lock")
    private void hasRoom(Subscriber subscriber) {
        if (pushingBack.remove(subscriber) && pushingBack.isEmpty()) {
            waiting.resumeAll();
        }
    }

    @Override
    public void forget(Publisher publisher) {
        synchronized (lock) {
            waiting.remove(publisher);
        }
    }

    @Override
    public long purge(DropReason reason) {
        return 0;
    }

    @Override
    void tick(long nowNs) {
        List<Publisher> publishers;
        List<Subscriber> blocking;
        synchronized (lock) {
            publishers = waiting.takeLongWaiting(nowNs);
            blocking = publishers.isEmpty() ? List.of() : List.copyOf(pushingBack);
        }
        pushBackLog.longPushBack(this, publishers, blocking, nowNs);
    }

    @Override
    public DestinationSnapshot snapshot() {
        synchronized (lock) {
            return new DestinationSnapshot(name().toString(), subscribers.size(), 0, 0, waiting.size());
        }
    }
}

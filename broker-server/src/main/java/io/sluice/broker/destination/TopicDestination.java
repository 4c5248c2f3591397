package io.sluice.broker.destination;

import io.sluice.broker.base.HeldUnder;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.message.DestinationName;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.message.MessageCopy;
import io.sluice.broker.message.PageStore;
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
    private final PageStore pages;
    private final PushBackLog pushBackLog;
    private final Consumer<Destination> whenUnused;

    @HeldUnder("lock")
    private final List<Subscriber> subscribers = new ArrayList<>();

    /** Those that left and still hold messages. */
    @HeldUnder("lock")
    private final List<Subscriber> leaving = new ArrayList<>();

    /** What became of messages, but for what those know who are subscribed or leaving. */
    @HeldUnder("lock")
    private final Tally tally = new Tally();

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
        this.pages = context.pages();
        this.pushBackLog = context.pushBackLog();
        this.whenUnused = context.whenForgotten();
    }

    @Override
    public Offer publish(MessageBatch batch, Publisher publisher) {
        synchronized (lock) {
            if (forgotten) {
                return Offer.CLOSED;
            }
            tally.addReceived(batch.messages(), batch.payloadBytes());
            int count = subscribers.size();
            if (count == 0) {
                tally.addDropped(batch.messages());
                // Just come into being: its first subscriber is about to be added.
                counters.dropped(DropReason.NO_SUBSCRIBER, batch.messages(), batch.payloadBytes());
                batch.release();
                return Offer.ACCEPTED;
            }
            if (count >= PageStore.FEWEST_SUBSCRIBERS && pages.isWorth(batch) && areManyTaking()) {
                pages.share(batch);
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

    @HeldUnder("lock")
    private boolean areManyTaking() {
        int taking = 0;
        for (int i = 0; i < subscribers.size() && taking < PageStore.FEWEST_SUBSCRIBERS; i++) {
            if (subscribers.get(i).isTaking()) {
                taking++;
            }
        }
        return taking == PageStore.FEWEST_SUBSCRIBERS;
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
            boolean left = subscribers.remove(subscriber);
            if (left) {
                leaving.add(subscriber);
            }
            unused = left && subscribers.isEmpty();
            forgotten |= unused;
            hasRoom(subscriber);
        }
        if (unused) {
            whenUnused.accept(this);
        }
    }

    @Override
    public void gone(Subscriber subscriber) {
        synchronized (lock) {
            if (leaving.remove(subscriber)) {
                subscriber.addTo(tally);
            }
        }
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
    public List<MessageCopy> peek(int max) {
        return List.of();
    }

    @Override
    public boolean isPushingBack() {
        synchronized (lock) {
            return !pushingBack.isEmpty();
        }
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
    public int waitingPublishers() {
        return waiting.size();
    }

    @Override
    public boolean isWaiting(Publisher publisher) {
        synchronized (lock) {
            return waiting.contains(publisher);
        }
    }

    @Override
    public DestinationSnapshot snapshot() {
        Tally sum;
        int count;
        List<Subscriber> everybody;
        synchronized (lock) {
            sum = tally.copyOfCounts();
            count = subscribers.size();
            everybody = new ArrayList<>(subscribers);
            everybody.addAll(leaving);
        }
        everybody.forEach(subscriber -> subscriber.addTo(sum));
        return sum.snapshot(name(), count, 0, 0, waiting.size());
    }
}

package io.sluice.broker.destination;

import io.sluice.broker.base.HeldUnder;
import io.sluice.broker.message.Arrivals;
import io.sluice.broker.message.Backlog;
import io.sluice.broker.message.DestinationName;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.message.MessageCopy;
import io.sluice.broker.metrics.DropReason;
import io.sluice.protocol.NativeFrames;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Each message goes to exactly one subscriber, the next in turn that has room; what nobody has room for waits here.
 *
 * <p>A batch is dealt out message by message into one share per subscriber, which is then offered as one batch. A
 * subscriber found full is taken out of the turn until it says that it has room. Messages that came back are kept apart,
 * by arrival number, and go before everything that was never assigned.
 */
final class QueueDestination extends Destination {
    private static final Logger LOG = LoggerFactory.getLogger(QueueDestination.class);
    private static final int RESUME_PERCENT = 50;

    /** The most bytes dealt before the lock is let go, so that dealing a long backlog keeps no publisher waiting. */
    private static final int DEAL_BUDGET_BYTES = 1024 * 1024;

    /** They are copied under the lock, at most 16 KiB of each. */
    private static final int MOST_PEEKED = 100;

    private final Object lock = new Object();
    private final DestinationContext context;

    @HeldUnder("lock")
    private OverflowPolicy policy;

    @HeldUnder("lock")
    private final Backlog backlog;

    @HeldUnder("lock")
    private final PriorityQueue<MessageBatch> returned =
            new PriorityQueue<>(Comparator.comparingLong(MessageBatch::nextArrival));

    @HeldUnder("lock")
    private final Map<Subscriber, QueueMember> members = new HashMap<>();

    /** What became of messages, but for what the members know. */
    @HeldUnder("lock")
    private final Tally tally = new Tally();

    /** Members not known to be full, in the order of their turns. */
    @HeldUnder("lock")
    private final List<QueueMember> turn = new ArrayList<>();

    @HeldUnder("lock")
    private int next;

    @HeldUnder("lock")
    private final List<QueueMember> inDeal = new ArrayList<>();

    @HeldUnder("lock")
    private final EvenDeal evenDeal = new EvenDeal();

    @HeldUnder("lock")
    private long deals;

    @HeldUnder("lock")
    private long arrivals;

    @HeldUnder("lock")
    private long membersEver;

    @HeldUnder("lock")
    private final WaitingPublishers waiting = new WaitingPublishers();

    @HeldUnder("lock")
    private long usedNs;

    @HeldUnder("lock")
    private boolean forgotten;

    QueueDestination(DestinationName name, QueueSettings settings, DestinationContext context) {
        super(name);
        this.context = context;
        this.policy = settings.policy();
        this.backlog = new Backlog(settings.bounds());
        // Only what nobody has room for gets here, so whoever empties it cannot go on.
        this.backlog.setBlocked(true);
        this.usedNs = context.clock().nowNs();
    }

    @Override
    public Offer publish(MessageBatch batch, Publisher publisher) {
        synchronized (lock) {
            if (forgotten) {
                return Offer.CLOSED;
            }
            usedNs = batch.arrivedNs();
            tally.addReceived(batch.messages(), batch.payloadBytes());
            batch.arrivedAs(Arrivals.consecutive(arrivals, batch.messages()));
            arrivals += batch.messages();
            if (!isAnythingWaiting() && deal(batch, Long.MAX_VALUE)) {
                return Offer.ACCEPTED;
            }
            Offer offer = enqueue(batch);
            if (offer == Offer.PUSHED_BACK && waiting.add(publisher, batch.arrivedNs())) {
                context.counters().pushedBack();
            }
            return offer;
        }
    }

    @HeldUnder("lock")
    private Offer enqueue(MessageBatch batch) {
        long messagesBefore = backlog.droppedMessages();
        long bytesBefore = backlog.droppedBytes();
        Offer offer = policy.offer(backlog, batch);
        countOverflow(messagesBefore, bytesBefore);
        return offer;
    }

    @HeldUnder("lock")
    private void countOverflow(long messagesBefore, long bytesBefore) {
        long messages = backlog.droppedMessages() - messagesBefore;
        tally.addDropped(messages);
        context.counters().dropped(DropReason.OVERFLOW, messages, backlog.droppedBytes() - bytesBefore);
    }

    @Override
    void change(QueueSettings settings) {
        synchronized (lock) {
            policy = settings.policy();
            backlog.setBounds(settings.bounds());
            long messagesBefore = backlog.droppedMessages();
            long bytesBefore = backlog.droppedBytes();
            policy.shrink(backlog);
            countOverflow(messagesBefore, bytesBefore);
            if (policy.pushesBack()) {
                releasePublishers();
            } else {
                waiting.resumeAll();
            }
        }
    }

    @HeldUnder("lock")
    private boolean isAnythingWaiting() {
        return !backlog.isEmpty() || !returned.isEmpty();
    }

    /**
     * Deals out the messages of a batch whose arrival numbers are below a limit, while somebody has room.
     *
     * @return true if the whole batch, and its reference, is gone
     */
    @HeldUnder("lock")
    private boolean deal(MessageBatch batch, long beforeArrival) {
        if (turn.isEmpty()) {
            return false;
        }
        if (canGoWhole(batch, beforeArrival)) {
            QueueMember member = turn.get(next);
            next = (next + 1) % turn.size();
            member.offerWhole(batch);
            return true;
        }
        if (isUntouched(batch, beforeArrival)
                && batch.arrivals().areConsecutive()
                && evenDeal.deal(batch, turn, next)) {
            next = (next + batch.messages()) % turn.size();
            batch.release();
            return true;
        }
        deals++;
        try {
            dealMessages(batch, beforeArrival);
        } catch (OutOfMemoryError e) {
            // No buffer for another share: what was not dealt waits, as if nobody had room.
            LOG.debug("no memory to deal {} out", this, e);
        }
        for (int i = 0; i < inDeal.size(); i++) {
            inDeal.get(i).offerShare(batch);
        }
        inDeal.clear();
        if (batch.remainingMessages() > 0) {
            return false;
        }
        batch.release();
        return true;
    }

    /** Whether a batch can be dealt out as a whole. */
    @HeldUnder("lock")
    private static boolean isUntouched(MessageBatch batch, long beforeArrival) {
        return batch.remainingMessages() == batch.messages() && batch.arrivals().last() < beforeArrival;
    }

    /** Whether the next in turn can be given the batch itself: a single message, or no other has a turn. */
    @HeldUnder("lock")
    private boolean canGoWhole(MessageBatch batch, long beforeArrival) {
        boolean forOne = batch.messages() == 1 || turn.size() == 1;
        if (!forOne || !isUntouched(batch, beforeArrival)) {
            return false;
        }
        QueueMember member = turn.get(next);
        member.askForRoom();
        return batch.messages() == 1 ? member.hasRoom() : member.hasRoomFor(batch.costBytes(), batch.messages());
    }

    @HeldUnder("lock")
    private void dealMessages(MessageBatch batch, long beforeArrival) {
        int averageBytes = batch.remainingBytes() / batch.remainingMessages();
        int guessedShareBytes = Math.min(MessageBatch.MAX_BYTES, batch.remainingBytes() / turn.size() + averageBytes);
        while (batch.remainingMessages() > 0 && batch.nextArrival() < beforeArrival) {
            QueueMember member = nextWithRoom(batch);
            if (member == null) {
                return;
            }
            int frameBytes = NativeFrames.frameBytes(batch.frames(), batch.nextIndex());
            member.take(batch, frameBytes, guessedShareBytes);
            batch.dealt(frameBytes);
            next = next + 1 == turn.size() ? 0 : next + 1;
        }
    }

    /** Whose turn it is. Whoever turns out to be full loses its turn until it has room. */
    @HeldUnder("lock")
    private @Nullable QueueMember nextWithRoom(MessageBatch batch) {
        while (!turn.isEmpty()) {
            QueueMember member = turn.get(next);
            if (member.joinDeal(deals)) {
                inDeal.add(member);
            }
            if (member.hasRoom()) {
                return member;
            }
            // Handed over first: what it has been dealt is part of what it must get rid of before it has room.
            member.offerShare(batch);
            if (member.subscriber().awaitRoom()) {
                takeOutOfTurn(member);
            } else {
                member.askForRoom();
            }
        }
        return null;
    }

    @HeldUnder("lock")
    private void takeOutOfTurn(QueueMember member) {
        if (!member.isInTurn()) {
            return;
        }
        member.setInTurn(false);
        int position = turn.indexOf(member);
        turn.remove(position);
        if (position < next) {
            next--;
        }
        if (next >= turn.size()) {
            next = 0;
        }
    }

    @HeldUnder("lock")
    private void putInTurn(QueueMember member) {
        if (member.isInTurn() || member.hasLeft()) {
            return;
        }
        member.setInTurn(true);
        int position = turn.size();
        while (position > 0 && turn.get(position - 1).number() > member.number()) {
            position--;
        }
        turn.add(position, member);
        if (turn.size() > 1 && position <= next) {
            next++;
        }
    }

    /** Deals out what waits until nobody has room; lets go of the lock now and then. */
    private void dealWaiting() {
        boolean more = true;
        while (more) {
            synchronized (lock) {
                more = dealSomeWaiting();
                releasePublishers();
            }
        }
    }

    /** Returns whether there is more to deal and somebody to deal it to. */
    @HeldUnder("lock")
    private boolean dealSomeWaiting() {
        int budget = DEAL_BUDGET_BYTES;
        while (budget > 0 && !turn.isEmpty() && isAnythingWaiting()) {
            int dealt = dealOldest();
            if (dealt == 0 && !turn.isEmpty()) {
                // There was no memory for it; the next tick tries again.
                return false;
            }
            budget -= dealt;
        }
        return !turn.isEmpty() && isAnythingWaiting();
    }

    /** Deals from the batch that holds the oldest message, and returns how many bytes. */
    @HeldUnder("lock")
    private int dealOldest() {
        MessageBatch oldest = returned.poll();
        boolean wasReturned = oldest != null;
        if (oldest == null) {
            oldest = Objects.requireNonNull(backlog.poll(), "asked only when something waits");
        }
        // Batches that came back may interleave: deal no further than where the next of them begins.
        MessageBatch nextReturned = returned.peek();
        long limit = nextReturned == null ? Long.MAX_VALUE : nextReturned.nextArrival();
        int messages = oldest.remainingMessages();
        int bytes = oldest.remainingBytes();
        if (deal(oldest, limit)) {
            backlog.settle(oldest.costBytes(), messages);
            return bytes;
        }
        backlog.settle(0, messages - oldest.remainingMessages());
        if (wasReturned) {
            returned.add(oldest);
        } else {
            backlog.putBack(oldest);
        }
        return bytes - oldest.remainingBytes();
    }

    /** Lets as many publishers go on as there is room for one read of each; all of them when nothing waits. */
    @HeldUnder("lock")
    private void releasePublishers() {
        if (waiting.isEmpty() || backlog.isFilled(RESUME_PERCENT)) {
            return;
        }
        long roomBytes = backlog.bounds().maxBytes() / 100 * RESUME_PERCENT - backlog.heldBytes();
        waiting.resume(isAnythingWaiting() ? Math.max(1, roomBytes / MessageBatch.MAX_BYTES) : waiting.size());
    }

    @Override
    boolean subscribe(Subscriber subscriber) {
        synchronized (lock) {
            if (forgotten) {
                return false;
            }
            usedNs = context.clock().nowNs();
            QueueMember member = new QueueMember(subscriber, membersEver++);
            members.put(subscriber, member);
            putInTurn(member);
        }
        dealWaiting();
        return true;
    }

    @Override
    public void leave(Subscriber subscriber) {
        synchronized (lock) {
            QueueMember member = members.get(subscriber);
            if (member != null) {
                takeOutOfTurn(member);
                member.setLeft(true);
            }
        }
    }

    @Override
    public void gone(Subscriber subscriber) {
        synchronized (lock) {
            if (members.remove(subscriber) != null) {
                subscriber.addTo(tally);
            }
            usedNs = context.clock().nowNs();
        }
    }

    @Override
    public boolean takesBack() {
        return true;
    }

    @Override
    public void giveBack(List<MessageBatch> unsent) {
        synchronized (lock) {
            for (MessageBatch batch : unsent) {
                context.counters().returned(batch.remainingMessages());
                backlog.hold(batch.costBytes(), batch.remainingMessages());
                returned.add(batch);
            }
        }
        dealWaiting();
    }

    @Override
    public void rejoin(Subscriber subscriber) {
        synchronized (lock) {
            QueueMember member = members.get(subscriber);
            if (member != null) {
                member.setLeft(false);
                putInTurn(member);
            }
        }
        dealWaiting();
    }

    @Override
    public void onRoom(Subscriber subscriber) {
        synchronized (lock) {
            QueueMember member = members.get(subscriber);
            if (member != null) {
                putInTurn(member);
            }
        }
        dealWaiting();
    }

    @Override
    public void forget(Publisher publisher) {
        synchronized (lock) {
            waiting.remove(publisher);
        }
    }

    @Override
    public long purge(DropReason reason) {
        synchronized (lock) {
            long messages = 0;
            long bytes = 0;
            for (MessageBatch batch : returned) {
                messages += batch.remainingMessages();
                bytes += batch.remainingPayloadBytes();
                backlog.settle(batch.costBytes(), batch.remainingMessages());
                batch.release();
            }
            returned.clear();
            long droppedMessages = backlog.droppedMessages();
            long droppedBytes = backlog.droppedBytes();
            backlog.dropAll();
            messages += backlog.droppedMessages() - droppedMessages;
            bytes += backlog.droppedBytes() - droppedBytes;
            tally.addDropped(messages);
            context.counters().dropped(reason, messages, bytes);
            releasePublishers();
            return messages;
        }
    }

    @Override
    public List<MessageCopy> peek(int max) {
        synchronized (lock) {
            QueuePeek peek = newPeek(max);
            peek.addInterleaved(returned);
            Iterator<MessageBatch> neverAssigned = backlog.waiting();
            while (!peek.isFull() && neverAssigned.hasNext()) {
                peek.add(neverAssigned.next());
            }
            return peek.copies();
        }
    }

    @Override
    public QueueNews newsSince(long seen, int max) {
        synchronized (lock) {
            boolean first = seen == QueueNews.FIRST_LOOK;
            // The queue that was seen may have been forgotten; this one began anew.
            long from = first || seen > arrivals ? 0 : seen;
            QueuePeek peek = newPeek(max);
            peek.addNewest(backlog.waitingNewestFirst(), from);
            List<MessageCopy> messages = peek.copies();
            return new QueueNews(messages, first ? 0 : arrivals - from - messages.size(), arrivals);
        }
    }

    @HeldUnder("lock")
    private QueuePeek newPeek(int max) {
        return new QueuePeek(
                Math.min(max, MOST_PEEKED), Instant.now(), context.clock().nowNs());
    }

    @Override
    public boolean isPushingBack() {
        synchronized (lock) {
            return !waiting.isEmpty() || policy.pushesBack() && backlog.isFull();
        }
    }

    @Override
    void tick(long nowNs) {
        dealWaiting();
        List<Publisher> publishers;
        List<Subscriber> subscribers;
        synchronized (lock) {
            releasePublishers();
            publishers = waiting.takeLongWaiting(nowNs);
            subscribers = publishers.isEmpty() ? List.of() : List.copyOf(members.keySet());
            boolean unused = members.isEmpty() && !isAnythingWaiting() && waiting.isEmpty();
            forgotten = unused && nowNs - usedNs > context.forgetAfterNs().getAsLong();
        }
        context.pushBackLog().longPushBack(this, publishers, subscribers, nowNs);
        if (forgotten) {
            context.whenForgotten().accept(this);
        }
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
        long waitingMessages;
        long waitingBytes;
        List<Subscriber> everybody;
        synchronized (lock) {
            sum = tally.copyOfCounts();
            waitingMessages = backlog.heldMessages();
            waitingBytes = backlog.heldBytes();
            sum.addHeld(waitingMessages, waitingBytes, oldestAgeMs());
            everybody = List.copyOf(members.keySet());
        }
        everybody.forEach(subscriber -> subscriber.addTo(sum));
        return sum.snapshot(name(), everybody.size(), waitingMessages, waitingBytes, waiting.size());
    }

    @HeldUnder("lock")
    private long oldestAgeMs() {
        MessageBatch oldest = returned.isEmpty() ? backlog.peek() : returned.peek();
        return oldest == null
                ? 0
                : TimeUnit.NANOSECONDS.toMillis(context.clock().nowNs() - oldest.arrivedNs());
    }
}

package io.sluice.broker.delivery;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.HeldUnder;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.base.Shown;
import io.sluice.broker.destination.Destination;
import io.sluice.broker.destination.Offer;
import io.sluice.broker.destination.Subscriber;
import io.sluice.broker.destination.Tally;
import io.sluice.broker.message.Backlog;
import io.sluice.broker.message.BacklogBounds;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.metrics.SlowEpisode;
import io.sluice.broker.metrics.SubscriberSnapshot;
import io.sluice.broker.transport.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Messages waiting for one subscriber, bounded in the memory they keep alive.
 *
 * <p>{@link #offer} may be called from any event loop and decides at once, under a lock held for one batch, what happens
 * when there is no room. {@link #drain} runs on the subscriber's own loop: it hands a bounded piece to the channel, with
 * one flush, and goes on when the kernel has taken it. What the kernel has not taken can still be given back.
 */
public final class SendQueue implements Subscriber {
    private static final int SLOW_FROM_PERCENT = 75;
    private static final int SLOW_UNTIL_PERCENT = 25;
    private static final int ROOM_PERCENT = 50;
    private static final long NOT_READING_MS = 5000;
    private static final long LATELY_MS = 600;
    private static final int ROUNDS_PER_DRAIN = 16;

    private final Connection connection;
    private final boolean ofQueue;
    private final NanoClock clock;
    private final String who;

    private final Object lock = new Object();

    /** Written by the own loop, under the lock: so read under the lock, or on the own loop. */
    private SendQueueSettings settings;

    @HeldUnder("lock")
    private final Backlog backlog;

    @HeldUnder("lock")
    private final SubscriberCounters counters;

    /** A drain is scheduled, or will be when the kernel has taken something. */
    @HeldUnder("lock")
    private boolean drainPending;

    @HeldUnder("lock")
    private boolean roomAwaited;

    @HeldUnder("lock")
    private boolean pushingBack;

    @HeldUnder("lock")
    private final SlowEpisodes slowEpisodes = new SlowEpisodes();

    /** Whether its socket has taken a message since one was lost: who reads nothing has not caught up, however little is left. */
    @HeldUnder("lock")
    private boolean takenSinceLoss = true;

    /** When the oldest message arrived that is on its way to the socket, while there is one. */
    @HeldUnder("lock")
    private long inFlightArrivedNs;

    @HeldUnder("lock")
    private boolean anyInFlight;

    @HeldUnder("lock")
    private boolean closed;

    @HeldUnder("lock")
    private boolean admitting;

    @OwnLoop
    private final Flights flights;

    @OwnLoop
    private final SlowEpisodeLog slowLog;

    @OwnLoop
    private final StallLog stallLog;

    /** Written by the own loop. */
    private volatile @Nullable Destination destination;

    @OwnLoop
    private @Nullable Runnable whenEmpty;

    @OwnLoop
    private boolean drainScheduled;

    /** Out of its queue's turn because it took nothing. Written by the own loop. */
    private volatile boolean stalled;

    /** When the kernel last took something, or nothing was held. Written by the own loop. */
    private volatile long progressNs;

    @OwnLoop
    private long progressSeen;

    /**
     * @param ofQueue whether the destination is a queue: then the bounds are the window, and nothing is dropped
     * @param maxInFlightBytes how much is handed to the channel at a time, in bytes of the wire
     */
    public SendQueue(
            Connection connection,
            String destinationName,
            DeliveryEncoder encoder,
            SendQueueSettings settings,
            boolean ofQueue,
            int maxInFlightBytes,
            SlowLines slowLines,
            NanoClock clock) {
        this.connection = connection;
        this.settings = settings;
        this.ofQueue = ofQueue;
        this.clock = clock;
        this.backlog = new Backlog(settings.bounds());
        backlog.setMergeSpanNs(settings.mergeSpanNs());
        this.counters = new SubscriberCounters(connection.counters());
        this.who = connection.id() + " (" + connection.remoteAddress() + ", " + Shown.whole(destinationName) + ")";
        this.slowLog = new SlowEpisodeLog(who, slowLines);
        this.stallLog = new StallLog(who, slowLines);
        this.flights = new Flights(connection.channel(), encoder, maxInFlightBytes, this::onTaken, clock);
        this.progressNs = clock.nowNs();
    }

    /** Where messages come from and where they are given back to. */
    @OwnLoop
    public void attach(Destination destination) {
        this.destination = destination;
    }

    /**
     * Behaves otherwise from now on. What no longer fits is dropped as the new policy has it; publishers that wait go on when
     * there is room, or when the new policy keeps nobody waiting.
     */
    @OwnLoop
    public void change(SendQueueSettings changed, int maxInFlightBytes) {
        boolean tell;
        boolean becameSlow;
        boolean recovered;
        synchronized (lock) {
            if (closed) {
                return;
            }
            settings = changed;
            backlog.setBounds(changed.bounds());
            backlog.setMergeSpanNs(changed.mergeSpanNs());
            long droppedBefore = counters.droppedMessages();
            shrink();
            becameSlow = becomesSlow(droppedBefore);
            recovered = takeRecovery();
            tell = takeRoomNotice() || pushingBack && !changed.policy().pushesBack();
            pushingBack &= changed.policy().pushesBack();
        }
        flights.setMaxBytes(maxInFlightBytes);
        if (tell) {
            tellRoom();
        }
        if (becameSlow) {
            logSlow();
        }
        if (recovered) {
            slowLog.ended(clock.nowNs(), "has room by its new bounds", droppedMessages());
        }
    }

    @HeldUnder("lock")
    private void shrink() {
        if (ofQueue) {
            return;
        }
        long messagesBefore = backlog.droppedMessages();
        long bytesBefore = backlog.droppedBytes();
        settings.policy().shrink(backlog);
        counters.dropped(
                DropReason.OVERFLOW, backlog.droppedMessages() - messagesBefore, backlog.droppedBytes() - bytesBefore);
    }

    // ---------------------------------------------------------------- offering: any thread

    @Override
    public Offer offer(MessageBatch batch) {
        Offer offer;
        boolean wake;
        boolean becameSlow;
        synchronized (lock) {
            if (closed) {
                counters.dropped(DropReason.SUBSCRIBER_LEFT, batch.messages(), batch.payloadBytes());
                batch.release();
                return Offer.CLOSED;
            }
            long droppedBefore = counters.droppedMessages();
            offer = admit(batch);
            pushingBack |= offer == Offer.PUSHED_BACK;
            closed = offer == Offer.CLOSED;
            becameSlow = becomesSlow(droppedBefore);
            wake = !drainPending && !backlog.isEmpty();
            drainPending |= wake;
        }
        if (wake) {
            connection.execute(this::drain);
        }
        if (becameSlow) {
            connection.execute(this::logSlow);
        }
        if (offer == Offer.CLOSED) {
            connection.close(CloseReason.SLOW_SUBSCRIBER, full());
        }
        return offer;
    }

    @HeldUnder("lock")
    private Offer admit(MessageBatch batch) {
        if (ofQueue) {
            backlog.append(batch);
            return Offer.ACCEPTED;
        }
        long messagesBefore = backlog.droppedMessages();
        long bytesBefore = backlog.droppedBytes();
        Offer offer;
        admitting = true;
        try {
            offer = settings.policy().offer(backlog, batch);
        } finally {
            admitting = false;
        }
        counters.dropped(
                DropReason.OVERFLOW, backlog.droppedMessages() - messagesBefore, backlog.droppedBytes() - bytesBefore);
        return offer;
    }

    @Override
    public long roomBytes() {
        synchronized (lock) {
            return closed ? 0 : backlog.bounds().maxBytes() - backlog.heldBytes();
        }
    }

    @Override
    public long roomMessages() {
        synchronized (lock) {
            return closed ? 0 : backlog.bounds().maxMessages() - backlog.heldMessages();
        }
    }

    @Override
    public boolean isTaking() {
        synchronized (lock) {
            return !closed && !backlog.isBlocked();
        }
    }

    @Override
    public boolean awaitRoom() {
        synchronized (lock) {
            roomAwaited = closed || backlog.isFull();
            return roomAwaited;
        }
    }

    /** The memory it keeps alive, in bytes. */
    @AnyThread
    public long heldBytes() {
        synchronized (lock) {
            return backlog.heldBytes();
        }
    }

    /** Whether the memory bound may take what it holds: a topic subscriber. */
    @AnyThread
    public boolean canBeShed() {
        return !ofQueue;
    }

    /**
     * Gives memory back because the broker's bound was reached: drops the oldest down to half of what it holds, unless the
     * policy is to close the subscriber instead.
     *
     * @return bytes that are only free when the caller has closed the connection; 0 when it need not be closed
     */
    @AnyThread
    public long shed() {
        boolean tell;
        boolean becameSlow;
        synchronized (lock) {
            if (settings.policy().closesInsteadOfDropping()) {
                return backlog.heldBytes();
            }
            if (admitting) {
                // The charge that led here was made while this very queue was taking a batch in.
                return 0;
            }
            long half = backlog.heldBytes() / 2;
            long droppedBefore = counters.droppedMessages();
            while (backlog.heldBytes() > half && dropOldest(DropReason.MEMORY)) {}
            becameSlow = becomesSlow(droppedBefore);
            tell = takeRoomNotice();
        }
        if (tell) {
            connection.execute(this::tellRoom);
        }
        if (becameSlow) {
            connection.execute(this::logSlow);
        }
        return 0;
    }

    /** Whether an episode starts now: something was lost, or a bound is nearly reached. */
    @HeldUnder("lock")
    private boolean becomesSlow(long droppedBefore) {
        if (ofQueue) {
            return false;
        }
        boolean lost = counters.droppedMessages() > droppedBefore;
        takenSinceLoss &= !lost;
        boolean starts = !slowEpisodes.isSlow() && (lost || backlog.isFilled(SLOW_FROM_PERCENT));
        if (starts) {
            slowEpisodes.start(droppedBefore);
            counters.slowEpisodeStarted();
        }
        if (slowEpisodes.isSlow()) {
            slowEpisodes.holds(backlog.heldMessages(), backlog.heldBytes());
        }
        return starts;
    }

    @HeldUnder("lock")
    private boolean dropOldest(DropReason reason) {
        MessageBatch oldest = backlog.peek();
        if (oldest == null) {
            return false;
        }
        counters.dropped(reason, oldest.messages(), oldest.payloadBytes());
        return backlog.dropOldest();
    }

    // ---------------------------------------------------------------- draining: the subscriber's loop

    @OwnLoop
    private void drain() {
        assert connection.channel().eventLoop().inEventLoop();
        drainScheduled = false;
        if (connection.isClosing()) {
            // What is written now could fail on a half-closed socket (see Connection.writeToTheEnd), and Netty would
            // close it:
            // the client would see the end before the close that is on its way has given back what is held.
            return;
        }
        for (int round = 0; round < ROUNDS_PER_DRAIN; round++) {
            long nowNs = clock.nowNs();
            if (!takeFromBacklog(nowNs)) {
                return;
            }
            flights.write(nowNs);
        }
        scheduleDrain();
    }

    /** Settles what is done and takes the next piece; false when there is none to take. */
    @OwnLoop
    private boolean takeFromBacklog(long nowNs) {
        boolean tell;
        boolean recovered;
        boolean took = false;
        if (flights.isEmpty()) {
            // Whatever is taken now has not waited for the socket yet.
            progressNs = nowNs;
        }
        synchronized (lock) {
            takenSinceLoss |= flights.settle(backlog, counters) > 0;
            dropExpired();
            MessageBatch batch;
            while (!stalled && flights.hasPlace() && (batch = backlog.peek()) != null && flights.start(batch)) {
                backlog.poll();
                took = true;
            }
            drainPending = took || !flights.isEmpty() || !backlog.isEmpty();
            backlog.setBlocked(!took && !flights.isEmpty());
            anyInFlight = !flights.isEmpty();
            if (anyInFlight) {
                inFlightArrivedNs = flights.oldestArrivedNs();
            }
            tell = takeRoomNotice();
            recovered = takeRecovery();
        }
        if (tell) {
            tellRoom();
        }
        if (recovered) {
            slowLog.ended(nowNs, "caught up", droppedMessages());
        }
        if (!took && flights.isEmpty() && whenEmpty != null) {
            Runnable done = whenEmpty;
            whenEmpty = null;
            done.run();
        }
        return took;
    }

    /** The kernel has taken something after it was blocked. */
    @OwnLoop
    private void onTaken() {
        scheduleDrain();
        if (stalled) {
            recover();
        }
    }

    @OwnLoop
    private void scheduleDrain() {
        if (!drainScheduled) {
            drainScheduled = true;
            connection.execute(this::drain);
        }
    }

    @HeldUnder("lock")
    private boolean takeRoomNotice() {
        boolean roomInWindow = roomAwaited && !backlog.isFull();
        boolean roomForPublishers = pushingBack && !backlog.isFilled(ROOM_PERCENT);
        roomAwaited &= !roomInWindow;
        pushingBack &= !roomForPublishers;
        return roomInWindow || roomForPublishers;
    }

    @HeldUnder("lock")
    private boolean takeRecovery() {
        boolean over = slowEpisodes.isSlow()
                && (takenSinceLoss || backlog.heldMessages() == 0)
                && !backlog.isFilled(SLOW_UNTIL_PERCENT)
                && !(settings.policy().keepsOnlyLatest() && backlog.isBlocked());
        if (over) {
            slowEpisodes.end(counters.droppedMessages());
        }
        return over;
    }

    @OwnLoop
    private void tellRoom() {
        Destination from = destination;
        if (from != null) {
            from.onRoom(this);
        }
    }

    // ---------------------------------------------------------------- time: the subscriber's loop

    /** To be called about twice a second: ages, stalls and episodes that go on. */
    @OwnLoop
    public void tick(long nowNs) {
        boolean holds;
        boolean tell;
        boolean recovered;
        synchronized (lock) {
            dropExpired();
            holds = backlog.heldMessages() > 0;
            tell = takeRoomNotice();
            recovered = takeRecovery();
        }
        if (tell) {
            tellRoom();
        }
        if (recovered) {
            slowLog.ended(nowNs, "caught up", droppedMessages());
        }
        checkProgress(nowNs, holds);
        slowLog.tick(nowNs, heldMessages(), heldBytes(), remedy());
    }

    @OwnLoop
    private void checkProgress(long nowNs, boolean holds) {
        long taken = flights.takenBytes();
        // The kernel asks for more only when much of what it took has gone; a slow reader may keep it busy for seconds.
        boolean nothingBlocked = !holds || flights.isEmpty();
        if (nothingBlocked || taken != progressSeen || connection.hasSentWithin(LATELY_MS)) {
            progressSeen = taken;
            progressNs = nowNs;
        }
        long stalledMs = TimeUnit.NANOSECONDS.toMillis(nowNs - progressNs);
        if (ofQueue && !stalled && stalledMs >= settings.stallTimeoutMs()) {
            stall(stalledMs);
        } else if (settings.policy().pushesBack()
                && !ofQueue
                && keepsPublishersWaiting()
                && stalledMs >= settings.pushBackTimeoutMs()) {
            connection.close(
                    CloseReason.PUSH_BACK_TIMEOUT,
                    "took nothing for " + stalledMs + " ms while publishers wait; " + full());
        }
    }

    @HeldUnder("lock")
    private void dropExpired() {
        if (settings.maxAgeMs() == 0) {
            return;
        }
        long droppedBefore = counters.droppedMessages();
        long nowNs = clock.nowNs();
        MessageBatch oldest = backlog.peek();
        while (oldest != null && nowNs - oldest.arrivedNs() > TimeUnit.MILLISECONDS.toNanos(settings.maxAgeMs())) {
            if (settings.policy().closesInsteadOfDropping()) {
                connection.close(
                        CloseReason.SLOW_SUBSCRIBER,
                        "a message waited longer than " + settings.maxAgeMs() + " ms; " + full());
                return;
            }
            dropOldest(DropReason.EXPIRED);
            oldest = backlog.peek();
        }
        if (becomesSlow(droppedBefore)) {
            connection.execute(this::logSlow);
        }
    }

    /** Took nothing for too long: out of the turn, and what the kernel has not begun to take goes to others. */
    @OwnLoop
    private void stall(long stalledMs) {
        Destination from = destination;
        if (from == null) {
            return;
        }
        stalled = true;
        from.leave(this);
        List<MessageBatch> unsent = new ArrayList<>();
        synchronized (lock) {
            if (connection.canCutWrites()) {
                flights.cut(unsent, backlog);
            }
            takeAll(unsent);
            counters.returned(messagesOf(unsent));
        }
        stallLog.stalled(clock.nowNs(), stalledMs, messagesOf(unsent));
        from.giveBack(unsent);
    }

    @HeldUnder("lock")
    private void takeAll(List<MessageBatch> unsent) {
        MessageBatch batch;
        while ((batch = backlog.poll()) != null) {
            backlog.settle(batch.costBytes(), batch.messages());
            unsent.add(batch);
        }
    }

    /** It reads again. */
    @OwnLoop
    private void recover() {
        stalled = false;
        progressNs = clock.nowNs();
        Destination from = destination;
        if (from != null && whenEmpty == null && !isClosed()) {
            stallLog.readsAgain();
            from.rejoin(this);
        }
    }

    // ---------------------------------------------------------------- the end: the subscriber's loop

    /** Takes no more from the destination; runs {@code done} on this loop when all that is held has been written. */
    @OwnLoop
    public void finish(Runnable done) {
        Destination from = destination;
        if (from != null) {
            from.leave(this);
        }
        whenEmpty = done;
        drain();
    }

    /** Hands all that is held to the channel at once; see {@link Connection#writeToTheEnd}. After {@link #finish} only. */
    @OwnLoop
    public void flushAll() {
        connection.writeToTheEnd();
        flights.lift();
        drain();
    }

    /**
     * The channel is closed: gives unsent messages back to a queue, counts those of a topic as dropped, and takes nothing
     * more. May be called twice.
     */
    @OwnLoop
    public void onClosed(DropReason reason) {
        Destination from = destination;
        destination = null;
        whenEmpty = null;
        if (from != null) {
            from.leave(this);
        }
        List<MessageBatch> unsent = new ArrayList<>();
        synchronized (lock) {
            closed = true;
            flights.collect(unsent, backlog, counters);
            takeAll(unsent);
            if (from != null && from.takesBack()) {
                counters.returned(messagesOf(unsent));
            } else {
                dropAll(unsent, reason);
            }
            slowEpisodes.end(counters.droppedMessages());
        }
        if (from != null) {
            if (!unsent.isEmpty()) {
                from.giveBack(unsent);
            }
            from.gone(this);
        }
        slowLog.left(clock.nowNs(), droppedMessages());
    }

    @HeldUnder("lock")
    private void dropAll(List<MessageBatch> unsent, DropReason reason) {
        for (MessageBatch batch : unsent) {
            counters.dropped(reason, batch.messages(), batch.payloadBytes());
            batch.release();
        }
        unsent.clear();
    }

    private static long messagesOf(List<MessageBatch> batches) {
        return batches.stream().mapToLong(MessageBatch::messages).sum();
    }

    // ---------------------------------------------------------------- how it stands: any thread

    /** For how long it has held messages without the kernel taking any of them, in ms. */
    @AnyThread
    public long stalledMs(long nowNs) {
        return TimeUnit.NANOSECONDS.toMillis(nowNs - progressNs);
    }

    @AnyThread
    public long heldMessages() {
        synchronized (lock) {
            return backlog.heldMessages();
        }
    }

    private long droppedMessages() {
        synchronized (lock) {
            return counters.droppedMessages();
        }
    }

    /** Those it kept waiting may have left since, or wait for nobody, as an operator does. */
    @OwnLoop
    private boolean keepsPublishersWaiting() {
        Destination from = destination;
        synchronized (lock) {
            if (!pushingBack) {
                return false;
            }
        }
        return from != null && from.waitingPublishers() > 0;
    }

    /** Whether it is in a slow episode. */
    @AnyThread
    public boolean isSlow() {
        synchronized (lock) {
            return slowEpisodes.isSlow();
        }
    }

    private boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    /** Leaves out an episode that is over before it could be told: it is counted. */
    @OwnLoop
    private void logSlow() {
        long before;
        synchronized (lock) {
            if (!slowEpisodes.isSlow()) {
                return;
            }
            before = slowEpisodes.droppedBefore();
        }
        slowLog.started(clock.nowNs(), heldMessages(), heldBytes(), before, remedy());
    }

    private SendQueueSettings settings() {
        synchronized (lock) {
            return settings;
        }
    }

    private String remedy() {
        return "overflow policy " + settings().policy().configName() + " applies at " + bounds()
                + "; raise the bound (delivery.send-queue or a rule in delivery.overflow), choose another policy, or make"
                + " it read faster";
    }

    private String bounds() {
        BacklogBounds bounds = settings().bounds();
        String bytes = bounds.maxBytes() + " bytes";
        return bounds.maxMessages() == Long.MAX_VALUE ? bytes : bytes + " or " + bounds.maxMessages() + " messages";
    }

    private String full() {
        return "send queue of " + who + " holds " + heldMessages() + " messages, " + heldBytes() + " bytes; at most "
                + bounds() + " are allowed";
    }

    @Override
    public String describe() {
        return who + " holding " + heldMessages() + " messages";
    }

    @Override
    public boolean hasStalled(long nowNs) {
        return stalled || heldMessages() > 0 && stalledMs(nowNs) >= NOT_READING_MS;
    }

    @AnyThread
    public SubscriberSnapshot snapshot(String destinationName) {
        Destination from = destination;
        int waitingForDestination = from == null ? 0 : from.waitingPublishers();
        long nowNs = clock.nowNs();
        synchronized (lock) {
            return new SubscriberSnapshot(
                    connection.id(),
                    connection.remoteAddress(),
                    destinationName,
                    backlog.heldMessages(),
                    backlog.heldBytes(),
                    oldestAgeMs(nowNs),
                    counters.messagesWritten(),
                    counters.bytesWritten(),
                    counters.messagesReturned(),
                    counters.dropped(),
                    counters.slowEpisodes(),
                    slowEpisodes.since(),
                    ofQueue || pushingBack ? waitingForDestination : 0,
                    flights.timeInQueue().snapshot());
        }
    }

    @HeldUnder("lock")
    private long oldestAgeMs(long nowNs) {
        MessageBatch oldest = backlog.peek();
        if (backlog.heldMessages() == 0 || !anyInFlight && oldest == null) {
            return 0;
        }
        long arrivedNs = anyInFlight || oldest == null ? inFlightArrivedNs : oldest.arrivedNs();
        return TimeUnit.NANOSECONDS.toMillis(Math.max(0, nowNs - arrivedNs));
    }

    @Override
    public void addTo(Tally tally) {
        long nowNs = clock.nowNs();
        synchronized (lock) {
            tally.addWritten(counters.messagesWritten(), counters.bytesWritten(), flights.timeInQueue());
            tally.addMissed(counters.droppedMessages(), counters.messagesReturned());
            tally.addHeld(backlog.heldMessages(), backlog.heldBytes(), oldestAgeMs(nowNs));
            if (slowEpisodes.isSlow()) {
                tally.addSlow();
            }
        }
    }

    /** The last 20 slow episodes, newest first; one that lasts has no end. */
    @AnyThread
    public List<SlowEpisode> slowEpisodes() {
        synchronized (lock) {
            return slowEpisodes.list(counters.droppedMessages());
        }
    }
}

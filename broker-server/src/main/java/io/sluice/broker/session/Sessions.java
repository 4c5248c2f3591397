package io.sluice.broker.session;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.base.PinnedMemory;
import io.sluice.broker.metrics.SubscriberSnapshot;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/** All clients, and who of them must give up memory when the broker's bound is reached: whoever holds the most. */
@AnyThread
public final class Sessions {
    private static final long FRUITLESS_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Map<Session, Boolean> sessions = new ConcurrentHashMap<>();
    private final PinnedMemory memory;
    private final ReentrantLock relieving = new ReentrantLock();
    private final NanoClock clock;
    private final SheddingLog log;
    private volatile boolean stopping;
    private volatile boolean releasingPublishers;

    /** When shedding last did not make enough room. Guarded by {@link #relieving}. */
    private long fruitlessNs;

    /** What those hold that are being closed to make room: it need not be made again. */
    private final AtomicLong closingBytes = new AtomicLong();

    public Sessions(PinnedMemory memory, NanoClock clock) {
        this.memory = memory;
        this.clock = clock;
        this.fruitlessNs = clock.nowNs() - FRUITLESS_PAUSE_NS;
        this.log = new SheddingLog(memory, clock);
    }

    void add(Session session) {
        sessions.put(session, true);
    }

    void remove(Session session) {
        sessions.remove(session);
    }

    /** From now on no session is read, neither those there are nor those to come. */
    public void stopPublishing() {
        stopping = true;
        sessions.keySet().forEach(session -> session.connection().execute(session::stopPublishing));
    }

    /** From now on clients that are not subscribed to anything are closed when they have sent nothing for a second. */
    public void releaseSilentPublishers() {
        releasingPublishers = true;
    }

    boolean isReleasingPublishers() {
        return releasingPublishers;
    }

    boolean isStopping() {
        return stopping;
    }

    public Collection<Session> all() {
        return sessions.keySet();
    }

    /** How many are not read because of what they publish to. */
    public int pushedBack() {
        return (int) sessions.keySet().stream()
                .filter(session -> session.pushedBackMs() > 0)
                .count();
    }

    public List<SubscriberSnapshot> subscribers() {
        return sessions.keySet().stream()
                .map(Session::subscriber)
                .flatMap(Optional::stream)
                .toList();
    }

    /**
     * Makes room, largest first, until the memory is well below its bound: topic subscribers lose half of what is queued
     * for them, connections with an unfinished frame are closed. Queues are never touched.
     */
    public void relieveMemory() {
        relieve(memory::excessBytes, Session::sheddableBytes);
    }

    /** Makes room for {@code bytes} more although the bound may not be reached: an allocation has failed. */
    public void relieveMemory(long bytes) {
        long until = memory.bytes() - bytes;
        relieve(() -> memory.bytes() - until, Session::sheddableBytes);
    }

    /**
     * Makes room for publishers to queues that wait for memory, at the cost of slow topic subscribers, if these hold enough
     * for it; where the memory is held by queues it is these that must be emptied.
     */
    public void relieveForQueues() {
        long held = sessions.keySet().stream()
                .mapToLong(Session::queuedForSlowBytes)
                .sum();
        if (held / 2 >= memory.bytesAboveCalm()) {
            relieve(memory::bytesAboveCalm, Session::queuedForSlowBytes);
        }
    }

    private void relieve(LongSupplier excessBytes, ToLongFunction<Session> heldBytes) {
        // One at a time; who comes meanwhile need not wait, and a release that charges again must not come in.
        if (relieving.isHeldByCurrentThread() || !relieving.tryLock()) {
            return;
        }
        try {
            long excess = excessBytes.getAsLong() - closingBytes.get();
            if (excess <= 0 || clock.nowNs() - fruitlessNs < FRUITLESS_PAUSE_NS) {
                return;
            }
            long before = Long.MAX_VALUE;
            while (excess > 0 && excess < before) {
                before = excess;
                shedUntil(excessBytes, heldBytes);
                excess = excessBytes.getAsLong() - closingBytes.get();
            }
            if (excess > 0) {
                // Nobody holds anything that can be shed: looking again at every charge would cost everybody's time.
                fruitlessNs = clock.nowNs();
            }
        } finally {
            relieving.unlock();
        }
    }

    /** What is dropped is gone at once, unless others share it; what is closed is gone when its loop gets to it. */
    private void shedUntil(LongSupplier excessBytes, ToLongFunction<Session> heldBytes) {
        record Holder(Session session, long bytes) {}
        List<Holder> largestFirst = sessions.keySet().stream()
                .map(session -> new Holder(session, heldBytes.applyAsLong(session)))
                .filter(holder -> holder.bytes() > 0)
                .sorted(Comparator.comparingLong(Holder::bytes).reversed())
                .toList();
        int shed = 0;
        for (Holder holder : largestFirst) {
            if (excessBytes.getAsLong() <= closingBytes.get()) {
                break;
            }
            closingBytes.addAndGet(holder.session().shed());
            shed++;
        }
        log.shed(shed, largestFirst.size());
    }

    /** A connection that was being closed to make room has closed. */
    void closed(long bytes) {
        closingBytes.addAndGet(-bytes);
    }
}

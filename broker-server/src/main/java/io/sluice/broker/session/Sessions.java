package io.sluice.broker.session;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.PinnedMemory;
import io.sluice.broker.metrics.SubscriberSnapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** All clients, and who of them must give up memory when the broker's bound is reached: whoever holds the most. */
@AnyThread
public final class Sessions {
    private final Map<Session, Boolean> sessions = new ConcurrentHashMap<>();
    private final PinnedMemory memory;
    private final ReentrantLock relieving = new ReentrantLock();

    public Sessions(PinnedMemory memory) {
        this.memory = memory;
    }

    void add(Session session) {
        sessions.put(session, true);
    }

    void remove(Session session) {
        sessions.remove(session);
    }

    public Collection<Session> all() {
        return sessions.keySet();
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
        // One at a time; who comes meanwhile need not wait, and a release that charges again must not come in.
        if (relieving.isHeldByCurrentThread() || !relieving.tryLock()) {
            return;
        }
        try {
            long excess = memory.excessBytes();
            boolean progress = true;
            while (excess > 0 && progress) {
                long before = excess;
                excess = shedOnce(excess);
                progress = excess < before;
            }
        } finally {
            relieving.unlock();
        }
    }

    private long shedOnce(long excessBytes) {
        List<Session> largestFirst = new ArrayList<>(sessions.keySet());
        Map<Session, Long> sizes = new ConcurrentHashMap<>();
        largestFirst.forEach(session -> sizes.put(session, session.sheddableBytes()));
        largestFirst.sort(Comparator.comparing((Session session) -> sizes.getOrDefault(session, 0L))
                .reversed());
        long closing = 0;
        for (Session session : largestFirst) {
            if (sizes.getOrDefault(session, 0L) == 0) {
                break;
            }
            closing += session.shed();
            // What is dropped is gone at once, unless others share it; what is closed goes when its loop gets to it.
            long left = memory.excessBytes() - closing;
            if (left <= 0) {
                return left;
            }
        }
        return Math.min(excessBytes, memory.excessBytes() - closing);
    }
}

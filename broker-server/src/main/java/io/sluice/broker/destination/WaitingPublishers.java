package io.sluice.broker.destination;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Publishers that are pushed back, in the order they stopped.
 *
 * <p>Not thread-safe, but for {@link #size}: guarded by its owner's lock.
 */
final class WaitingPublishers {
    private static final long LONG_WAIT_NS = TimeUnit.SECONDS.toNanos(10);

    private final Map<Publisher, Wait> waiting = new LinkedHashMap<>();
    private volatile int size;

    private static final class Wait {
        final long sinceNs;
        boolean reported;

        Wait(long sinceNs) {
            this.sinceNs = sinceNs;
        }
    }

    /** Pauses a publisher; false if it waits here already. */
    boolean add(Publisher publisher, long nowNs) {
        if (waiting.putIfAbsent(publisher, new Wait(nowNs)) != null) {
            return false;
        }
        size = waiting.size();
        publisher.pause();
        return true;
    }

    /** Forgets a publisher that has gone. */
    void remove(Publisher publisher) {
        waiting.remove(publisher);
        size = waiting.size();
    }

    boolean contains(Publisher publisher) {
        return waiting.containsKey(publisher);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** How many; any thread may ask. */
    int size() {
        return size;
    }

    /** Lets the first {@code count} go on. */
    void resume(long count) {
        Iterator<Publisher> first = waiting.keySet().iterator();
        for (long i = 0; i < count && first.hasNext(); i++) {
            Publisher publisher = first.next();
            first.remove();
            publisher.resume();
        }
        size = waiting.size();
    }

    void resumeAll() {
        resume(Long.MAX_VALUE);
    }

    /** Who has waited for longer than ten seconds and was not in this list before. */
    List<Publisher> takeLongWaiting(long nowNs) {
        List<Publisher> longWaiting = new ArrayList<>();
        waiting.forEach((publisher, wait) -> {
            if (!wait.reported && nowNs - wait.sinceNs > LONG_WAIT_NS) {
                wait.reported = true;
                longWaiting.add(publisher);
            }
        });
        return longWaiting;
    }
}

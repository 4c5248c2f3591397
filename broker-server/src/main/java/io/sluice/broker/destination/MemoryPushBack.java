package io.sluice.broker.destination;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.base.PinnedMemory;
import io.sluice.broker.metrics.BrokerCounters;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishers to queues that wait because the broker's memory bound is near, whatever room their queue has. */
@AnyThread
public final class MemoryPushBack {
    private static final Logger LOG = LoggerFactory.getLogger("io.sluice.push-back");

    private final PinnedMemory memory;
    private final NanoClock clock;
    private final BrokerCounters counters;
    private final Runnable makeRoom;
    private final WaitingPublishers waiting = new WaitingPublishers();

    /** @param makeRoom lets those who hold memory for topics give some up, so that queues can go on */
    public MemoryPushBack(PinnedMemory memory, NanoClock clock, BrokerCounters counters, Runnable makeRoom) {
        this.makeRoom = makeRoom;
        this.memory = memory;
        this.clock = clock;
        this.counters = counters;
    }

    /** Makes a publisher wait if memory is scarce. */
    public void check(Publisher publisher) {
        if (memory.isHigh()) {
            hold(publisher);
        }
    }

    private synchronized void hold(Publisher publisher) {
        if (waiting.add(publisher, clock.nowNs())) {
            counters.pushedBack();
        }
    }

    public synchronized void forget(Publisher publisher) {
        waiting.remove(publisher);
    }

    /** How many wait. */
    public synchronized int waitingPublishers() {
        return waiting.size();
    }

    /**
     * Lets everybody go on once there is memory again; to be called several times a second. What stalled topic subscribers
     * hold must not stop queues for good: while anybody waits, they make room.
     */
    public void tick() {
        if (waitingPublishers() > 0 && !memory.isCalm()) {
            makeRoom.run();
        }
        List<Publisher> longWaiting;
        synchronized (this) {
            if (memory.isCalm()) {
                waiting.resumeAll();
            }
            longWaiting = waiting.takeLongWaiting(clock.nowNs());
        }
        if (!longWaiting.isEmpty()) {
            LOG.warn(
                    "{} publishers to queues have been pushed back for more than 10 s, {} first: {} of {} bytes of memory"
                            + " are pinned by queued messages; raise memory.max or make subscribers read",
                    longWaiting.size(),
                    longWaiting.get(0).describe(),
                    memory.bytes(),
                    memory.maxBytes());
        }
    }
}

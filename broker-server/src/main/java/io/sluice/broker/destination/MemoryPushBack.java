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
    private final WaitingPublishers waiting = new WaitingPublishers();

    public MemoryPushBack(PinnedMemory memory, NanoClock clock, BrokerCounters counters) {
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

    /** Lets everybody go on once there is memory again; to be called several times a second. */
    public void tick() {
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

package io.sluice.broker.delivery;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says when one subscriber begins and ends to be slow: at most one pair of lines a minute, the next naming what was
 * merged into it. An episode that began unannounced and goes on is announced when the minute is over, so nobody stays
 * slow in silence.
 *
 * <p>Belongs to the subscriber's event loop.
 */
final class SlowEpisodeLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.sluice.slow");
    private static final long PAIR_EVERY_NS = TimeUnit.MINUTES.toNanos(1);

    private final String subscriber;
    private boolean slow;
    private boolean announced;
    private boolean everAnnounced;
    private long announcedNs;
    private long startedNs;
    private long droppedAtStart;
    private int mergedEpisodes;
    private long mergedDrops;

    /** @param subscriber who it is: connection, address and destination */
    SlowEpisodeLog(String subscriber) {
        this.subscriber = subscriber;
    }

    void started(long nowNs, long heldMessages, long heldBytes, long droppedMessages, String remedy) {
        if (slow) {
            return;
        }
        slow = true;
        startedNs = nowNs;
        droppedAtStart = droppedMessages;
        if (mayAnnounce(nowNs)) {
            announce(nowNs, heldMessages, heldBytes, remedy);
        }
    }

    /** To be called now and then. */
    void tick(long nowNs, long heldMessages, long heldBytes, String remedy) {
        if (slow && !announced && mayAnnounce(nowNs)) {
            announce(nowNs, heldMessages, heldBytes, remedy);
        }
    }

    /** @param why how it ended: it caught up, or left */
    void ended(long nowNs, String why, long droppedMessages) {
        if (!slow) {
            return;
        }
        slow = false;
        long lost = droppedMessages - droppedAtStart;
        if (!announced) {
            mergedEpisodes++;
            mergedDrops += lost;
            return;
        }
        announced = false;
        LOG.info(
                "slow subscriber {} {} after {} ms; lost {} messages",
                subscriber,
                why,
                TimeUnit.NANOSECONDS.toMillis(nowNs - startedNs),
                lost);
    }

    private boolean mayAnnounce(long nowNs) {
        return !everAnnounced || nowNs - announcedNs >= PAIR_EVERY_NS;
    }

    private void announce(long nowNs, long heldMessages, long heldBytes, String remedy) {
        String merged = mergedEpisodes == 0
                ? ""
                : " (since the last such line " + mergedEpisodes + " shorter episodes, " + mergedDrops
                        + " messages lost)";
        LOG.warn(
                "slow subscriber {}: {} messages are queued for it, {} bytes of memory{}; {}",
                subscriber,
                heldMessages,
                heldBytes,
                merged,
                remedy);
        announced = true;
        everAnnounced = true;
        announcedNs = nowNs;
        mergedEpisodes = 0;
        mergedDrops = 0;
    }
}

package io.sluice.broker.delivery;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Says when one subscriber begins and ends to be slow: at most one pair of lines a minute, the next naming what was
 * merged into it. An episode that began unannounced and goes on is announced when the minute is over, and what was merged
 * is said by itself when no further episode comes for another minute: nobody is slow in silence. While there are too many
 * {@link SlowLines} it waits for its line.
 *
 * <p>Belongs to the subscriber's event loop.
 */
final class SlowEpisodeLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.sluice.slow");
    private static final long PAIR_EVERY_NS = TimeUnit.MINUTES.toNanos(1);

    private final String subscriber;
    private final SlowLines lines;
    private boolean slow;
    private boolean announced;
    private boolean everAnnounced;
    private long announcedNs;
    private long startedNs;
    private long droppedAtStart;
    private int mergedEpisodes;
    private long mergedDrops;

    /** @param subscriber who it is: connection, address and destination */
    SlowEpisodeLog(String subscriber, SlowLines lines) {
        this.subscriber = subscriber;
        this.lines = lines;
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
        } else if (!slow && mergedEpisodes > 0 && nowNs - announcedNs >= 2 * PAIR_EVERY_NS && lines.allows()) {
            // No further episode came in which these could have been named.
            announceMerged(nowNs);
        }
    }

    /** @param why how it ended */
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
        LOG.atLevel(lost > 0 ? Level.WARN : Level.INFO)
                .log(
                        "slow subscriber {} {} after {} ms; lost {} messages",
                        subscriber,
                        why,
                        TimeUnit.NANOSECONDS.toMillis(nowNs - startedNs),
                        lost);
    }

    /** It is gone: ends its episode, and says what has not been said yet. */
    void left(long nowNs, long droppedMessages) {
        ended(nowNs, "left", droppedMessages);
        if (mergedEpisodes == 0) {
            return;
        }
        if (lines.allows()) {
            announceMerged(nowNs);
        } else {
            lines.leaveOut();
        }
    }

    private boolean mayAnnounce(long nowNs) {
        return (!everAnnounced || nowNs - announcedNs >= PAIR_EVERY_NS) && lines.allows();
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
        forgetMerged(nowNs);
    }

    // Takes the place of a pair.
    private void announceMerged(long nowNs) {
        LOG.warn(
                "slow subscriber {}: {} episodes since the last such line, {} messages lost; it is not slow now",
                subscriber,
                mergedEpisodes,
                mergedDrops);
        forgetMerged(nowNs);
    }

    private void forgetMerged(long nowNs) {
        everAnnounced = true;
        announcedNs = nowNs;
        mergedEpisodes = 0;
        mergedDrops = 0;
    }
}

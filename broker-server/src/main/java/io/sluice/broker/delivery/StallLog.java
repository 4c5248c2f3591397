package io.sluice.broker.delivery;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says when one subscriber of a queue loses its turn because it takes nothing, and when it is back: at most one pair of lines a
 * minute, the next naming how many stalls were left out.
 *
 * <p>Belongs to the subscriber's event loop.
 */
final class StallLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.sluice.slow");
    private static final long PAIR_EVERY_NS = TimeUnit.MINUTES.toNanos(1);

    private final String subscriber;
    private final SlowLines lines;
    private boolean everSaid;
    private boolean said;
    private long saidNs;
    private int leftOut;

    /** @param subscriber who it is: connection, address and destination */
    StallLog(String subscriber, SlowLines lines) {
        this.subscriber = subscriber;
        this.lines = lines;
    }

    /** @param returnedMessages how many go to others */
    void stalled(long nowNs, long stalledMs, long returnedMessages) {
        said = (!everSaid || nowNs - saidNs >= PAIR_EVERY_NS) && lines.allows();
        if (!said) {
            leftOut++;
            return;
        }
        LOG.info(
                "{} took nothing for {} ms: it is out of the turn until it reads, {} messages go to others{}",
                subscriber,
                stalledMs,
                returnedMessages,
                leftOut == 0 ? "" : " (" + leftOut + " more times since the last such line)");
        everSaid = true;
        saidNs = nowNs;
        leftOut = 0;
    }

    void readsAgain() {
        if (said) {
            LOG.info("{} reads again and is back in the turn", subscriber);
        }
        said = false;
    }
}

package io.sluice.broker.delivery;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.LineLimit;
import io.sluice.broker.base.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many subscribers of a broker may be said to be slow: 100 in a minute, that clients which come and go do not fill the log.
 * A subscriber that stays slow is named as soon as there is room; of those that have left, the number is told.
 */
@AnyThread
public final class SlowLines {
    private static final Logger LOG = LoggerFactory.getLogger("io.sluice.slow");
    private static final int PER_MINUTE = 100;

    private final LineLimit limit;

    public SlowLines(NanoClock clock) {
        limit = new LineLimit(PER_MINUTE, clock);
    }

    /** Whether one more may be named now; if so, it must be. */
    boolean allows() {
        return limit.allows();
    }

    /** One that has left was not named. */
    void leaveOut() {
        limit.leaveOut();
    }

    /** To be called now and then. */
    public void tick() {
        long leftOut = limit.takeLeftOut();
        if (leftOut > 0) {
            LOG.warn("{} more subscribers were slow, and have left", leftOut);
        }
    }
}

package io.sluice.broker.transport;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.LineLimit;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.metrics.CloseReason;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says why connections were closed: at most five lines per reason and minute, then one with the number left out. */
@AnyThread
public final class CloseLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.sluice.close");
    private static final int LINES_PER_MINUTE = 5;

    /** In the order of the reasons. */
    private final List<LineLimit> limits;

    public CloseLog(NanoClock clock) {
        limits = Arrays.stream(CloseReason.values())
                .map(reason -> new LineLimit(LINES_PER_MINUTE, clock))
                .toList();
    }

    void log(CloseReason reason, String id, String remoteAddress, String detail) {
        LineLimit limit = limits.get(reason.ordinal());
        tellLeftOut(reason);
        if (limit.allows()) {
            LOG.warn("closed {} ({}): {}: {}", id, remoteAddress, reason.text(), detail);
        } else {
            limit.leaveOut();
        }
    }

    /** Tells what was left out in minutes that are over; to be called now and then. */
    public void tick() {
        for (CloseReason reason : CloseReason.values()) {
            tellLeftOut(reason);
        }
    }

    private void tellLeftOut(CloseReason reason) {
        long leftOut = limits.get(reason.ordinal()).takeLeftOut();
        if (leftOut > 0) {
            LOG.warn("closed {} more connections: {}", leftOut, reason.text());
        }
    }
}

package io.sluice.broker.transport;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.metrics.CloseReason;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says why connections were closed: at most five lines per reason and minute, then one with the number left out. */
@AnyThread
public final class CloseLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.sluice.close");
    private static final int LINES_PER_MINUTE = 5;
    private static final long MINUTE_NS = TimeUnit.MINUTES.toNanos(1);

    private final NanoClock clock;
    private final Window[] windows = new Window[CloseReason.values().length];

    private static final class Window {
        long beganNs;
        int lines;
        long suppressed;
    }

    public CloseLog(NanoClock clock) {
        this.clock = clock;
        for (int i = 0; i < windows.length; i++) {
            windows[i] = new Window();
        }
    }

    void log(CloseReason reason, String id, String remoteAddress, String detail) {
        Window window = windows[reason.ordinal()];
        synchronized (window) {
            long nowNs = clock.nowNs();
            if (window.lines == 0 || nowNs - window.beganNs >= MINUTE_NS) {
                tellSuppressed(reason, window);
                window.beganNs = nowNs;
                window.lines = 0;
            }
            if (window.lines == LINES_PER_MINUTE) {
                window.suppressed++;
                return;
            }
            window.lines++;
        }
        LOG.warn("closed {} ({}): {}: {}", id, remoteAddress, reason.text(), detail);
    }

    /** Tells what was left out in minutes that are over; to be called now and then. */
    public void tick() {
        long nowNs = clock.nowNs();
        for (CloseReason reason : CloseReason.values()) {
            Window window = windows[reason.ordinal()];
            synchronized (window) {
                if (nowNs - window.beganNs >= MINUTE_NS) {
                    tellSuppressed(reason, window);
                    window.lines = 0;
                }
            }
        }
    }

    private static void tellSuppressed(CloseReason reason, Window window) {
        if (window.suppressed > 0) {
            LOG.warn("closed {} more connections: {}", window.suppressed, reason.text());
            window.suppressed = 0;
        }
    }
}

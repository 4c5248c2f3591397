package io.sluice.broker.base;

import java.util.concurrent.TimeUnit;

/** So many lines of a kind may be logged in a minute, whoever causes them; counts those that are left out. */
@AnyThread
public final class LineLimit {
    private static final long MINUTE_NS = TimeUnit.MINUTES.toNanos(1);

    private final int linesPerMinute;
    private final NanoClock clock;

    @HeldUnder("this")
    private long beganNs;

    @HeldUnder("this")
    private int lines;

    @HeldUnder("this")
    private long leftOut;

    public LineLimit(int linesPerMinute, NanoClock clock) {
        this.linesPerMinute = linesPerMinute;
        this.clock = clock;
    }

    /** Whether one more line may be logged now; if so, it must be. */
    public synchronized boolean allows() {
        long nowNs = clock.nowNs();
        if (lines == 0 || nowNs - beganNs >= MINUTE_NS) {
            beganNs = nowNs;
            lines = 0;
        }
        if (lines == linesPerMinute) {
            return false;
        }
        lines++;
        return true;
    }

    /** A line is not logged, and will not be. */
    public synchronized void leaveOut() {
        leftOut++;
    }

    /** How many were left out, once the minute is over, and each only once; 0 before that. */
    public synchronized long takeLeftOut() {
        if (leftOut == 0 || clock.nowNs() - beganNs < MINUTE_NS) {
            return 0;
        }
        long taken = leftOut;
        leftOut = 0;
        return taken;
    }
}

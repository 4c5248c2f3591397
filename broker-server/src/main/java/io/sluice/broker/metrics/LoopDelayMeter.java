package io.sluice.broker.metrics;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.HeldUnder;
import java.util.Arrays;

/** Watches how late something comes that an event loop should do twice a second. */
@AnyThread
public final class LoopDelayMeter {
    /** Ten seconds of them. */
    private static final int REMEMBERED = 20;

    @HeldUnder("this")
    private final long[] recentNs = new long[REMEMBERED];

    @HeldUnder("this")
    private final DelayHistogram delays = new DelayHistogram();

    @HeldUnder("this")
    private long times;

    @HeldUnder("this")
    private long dueNs;

    /** @param dueNs when it should come for the first time */
    public LoopDelayMeter(long dueNs) {
        this.dueNs = dueNs;
    }

    /** It has come. */
    public synchronized void came(long nowNs) {
        long lateNs = Math.max(0, nowNs - dueNs);
        recentNs[(int) (times++ % REMEMBERED)] = lateNs;
        delays.record(lateNs, 1);
    }

    /** It should come again then. */
    public synchronized void expect(long nextDueNs) {
        dueNs = nextDueNs;
    }

    /** How late it is.
     *
     * @param loop what it is called
     */
    public synchronized LoopDelay snapshot(String loop, long nowNs) {
        long lateNow = Math.max(0, nowNs - dueNs);
        long last = times == 0 ? 0 : recentNs[(int) ((times - 1) % REMEMBERED)];
        long max = Arrays.stream(recentNs).max().orElse(0);
        return new LoopDelay(loop, Math.max(last, lateNow), Math.max(max, lateNow), delays.snapshot());
    }
}

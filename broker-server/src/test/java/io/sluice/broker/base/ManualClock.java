package io.sluice.broker.base;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that only a test moves. It begins so that its readings overflow after a while, as those of a JVM may. */
public final class ManualClock implements NanoClock {
    private final AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(7));

    @Override
    public long nowNs() {
        return nowNs.get();
    }

    public void advanceMs(long millis) {
        nowNs.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    public void advanceNs(long nanos) {
        nowNs.addAndGet(nanos);
    }
}

package io.sluice.broker.metrics;

import java.util.concurrent.atomic.AtomicLong;

/** A count that only its owner raises, one thread at a time and without a locked instruction; any thread may look. */
public final class OwnedCounter {
    private final AtomicLong value = new AtomicLong();

    public void add(long more) {
        value.setOpaque(value.getPlain() + more);
    }

    public long get() {
        return value.getOpaque();
    }
}

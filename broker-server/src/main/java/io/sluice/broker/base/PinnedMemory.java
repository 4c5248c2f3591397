package io.sluice.broker.base;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory queued messages and unfinished frames keep alive, against the broker's global bound.
 *
 * <p>Each buffer is charged once, when it is made, and discharged when its last user lets go of it, however many send
 * queues share it. At {@link #HIGH_PERCENT} publishers to queues are pushed back until {@link #CALM_PERCENT}; at the
 * bound the {@linkplain #onFull callback} has to make room until {@link #RELIEVED_PERCENT}.
 */
@AnyThread
public final class PinnedMemory {
    static final int HIGH_PERCENT = 80;
    static final int CALM_PERCENT = 70;
    static final int RELIEVED_PERCENT = 90;

    private final long maxBytes;
    private final AtomicLong pinnedBytes = new AtomicLong();
    private volatile Runnable whenFull = () -> {};

    /** @param maxBytes the global bound, at least 1 */
    public PinnedMemory(long maxBytes) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("the bound is " + maxBytes + " bytes, it must be at least 1");
        }
        this.maxBytes = maxBytes;
    }

    /** Sets what runs, on the charging thread, each time a charge leaves the total at or above the bound. */
    public void onFull(Runnable callback) {
        whenFull = callback;
    }

    /** Adds {@code bytes} (0 or more). May run the {@link #onFull} callback. */
    public void charge(long bytes) {
        if (pinnedBytes.addAndGet(bytes) >= maxBytes) {
            whenFull.run();
        }
    }

    /** Takes back a charge. */
    public void discharge(long bytes) {
        pinnedBytes.addAndGet(-bytes);
    }

    public long bytes() {
        return pinnedBytes.get();
    }

    public long maxBytes() {
        return maxBytes;
    }

    /** At or above the bound. */
    public boolean isFull() {
        return bytes() >= maxBytes;
    }

    /** Publishers to queues are to be pushed back. */
    public boolean isHigh() {
        return isAtLeast(bytes(), HIGH_PERCENT);
    }

    /** Publishers pushed back because of {@link #isHigh} may go on. */
    public boolean isCalm() {
        return !isAtLeast(bytes(), CALM_PERCENT);
    }

    /** How many bytes must go until enough room is made; 0 or less when it is. */
    public long excessBytes() {
        return bytes() - maxBytes / 100 * RELIEVED_PERCENT;
    }

    /** How many bytes must go until {@link #isCalm}; 0 or less when it is. */
    public long bytesAboveCalm() {
        return bytes() - maxBytes / 100 * CALM_PERCENT + 1;
    }

    private boolean isAtLeast(long bytes, int percent) {
        return bytes >= maxBytes / 100 * percent;
    }
}

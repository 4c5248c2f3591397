package io.sluice.broker.base;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory queued messages and unfinished frames keep alive, against the broker's global bound.
 *
 * <p>Each buffer is charged once, when it is made, and discharged when its last user lets go of it, however many send
 * queues share it. Batches are counted too: the objects around each live on the heap, and many small batches would fill
 * that long before their buffers reach the bound. Whichever of the two is nearer to its bound counts.
 *
 * <p>At {@link #HIGH_PERCENT} publishers to queues are pushed back until {@link #CALM_PERCENT}; at the bound the
 * {@linkplain #onFull callback} has to make room until {@link #RELIEVED_PERCENT}; beyond {@link #OVER_PERCENT} nothing more
 * is taken for queues, which are never shed.
 */
@AnyThread
public final class PinnedMemory {
    static final int CALM_PERCENT = 70;
    static final int HIGH_PERCENT = 80;
    static final int RELIEVED_PERCENT = 90;
    static final int FULL_PERCENT = 100;
    static final int OVER_PERCENT = 105;

    private volatile long maxBytes;
    private final long maxBatches;
    private final AtomicLong pinnedBytes = new AtomicLong();
    private final AtomicLong pinnedBatches = new AtomicLong();
    private volatile Runnable whenFull = () -> {};

    /** A bound on bytes alone. */
    public PinnedMemory(long maxBytes) {
        this(maxBytes, Long.MAX_VALUE);
    }

    /**
     * @param maxBytes the global bound, at least 1
     * @param maxBatches how many batches may be alive at once, at least 1
     */
    public PinnedMemory(long maxBytes, long maxBatches) {
        if (maxBytes < 1 || maxBatches < 1) {
            throw new IllegalArgumentException(
                    "bounds must be at least 1: " + maxBytes + " bytes, " + maxBatches + " batches");
        }
        this.maxBytes = maxBytes;
        this.maxBatches = maxBatches;
    }

    /** Changes the bound, to at least 1; makes room if what is pinned reaches it. */
    public void setMaxBytes(long maxBytes) {
        this.maxBytes = maxBytes;
        if (isFull()) {
            whenFull.run();
        }
    }

    /** Sets what runs, on the charging thread, each time a charge leaves the total at or above the bound. */
    public void onFull(Runnable callback) {
        whenFull = callback;
    }

    /** Adds {@code bytes} (0 or more). May run the {@link #onFull} callback. */
    public void charge(long bytes) {
        pinnedBytes.addAndGet(bytes);
        if (isFull()) {
            whenFull.run();
        }
    }

    /** Takes back a charge. */
    public void discharge(long bytes) {
        pinnedBytes.addAndGet(-bytes);
    }

    /** Adds one batch of {@code bytes}. May run the {@link #onFull} callback. */
    public void chargeBatch(long bytes) {
        pinnedBatches.incrementAndGet();
        charge(bytes);
    }

    /** Takes back the charge of a batch. */
    public void dischargeBatch(long bytes) {
        pinnedBatches.decrementAndGet();
        discharge(bytes);
    }

    public long bytes() {
        return pinnedBytes.get();
    }

    public long maxBytes() {
        return maxBytes;
    }

    /** Batches alive. */
    public long batches() {
        return pinnedBatches.get();
    }

    public long maxBatches() {
        return maxBatches;
    }

    /** At or above the bound. */
    public boolean isFull() {
        return isAtLeast(FULL_PERCENT);
    }

    /** So far above the bound that making room at its own cost can not be left to others. */
    public boolean isOver() {
        return isAtLeast(OVER_PERCENT);
    }

    /** Publishers to queues are to be pushed back. */
    public boolean isHigh() {
        return isAtLeast(HIGH_PERCENT);
    }

    /** Publishers pushed back because of {@link #isHigh} may go on. */
    public boolean isCalm() {
        return !isAtLeast(CALM_PERCENT);
    }

    /** How many bytes must go until enough room is made; 0 or less when it is. */
    public long excessBytes() {
        return bytesAbove(RELIEVED_PERCENT);
    }

    /** How many bytes must go until {@link #isCalm}; 0 or less when it is. */
    public long bytesAboveCalm() {
        return bytesAbove(CALM_PERCENT) + 1;
    }

    private boolean isAtLeast(int percent) {
        return bytes() >= percentOf(maxBytes, percent) || batches() >= percentOf(maxBatches, percent);
    }

    /** What must go in bytes; batches above their share are reckoned at the average size. */
    private long bytesAbove(int percent) {
        long bytes = bytes();
        long batches = batches();
        long above = bytes - percentOf(maxBytes, percent);
        long batchesAbove = batches - percentOf(maxBatches, percent);
        return batchesAbove <= 0 || batches == 0 ? above : Math.max(above, batchesAbove * (bytes / batches + 1));
    }

    private static long percentOf(long bound, int percent) {
        if (percent > 100 && bound > Long.MAX_VALUE / percent * 100) {
            return Long.MAX_VALUE;
        }
        return bound >= 100_000 ? bound / 100 * percent : bound * percent / 100;
    }
}

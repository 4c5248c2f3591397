package io.sluice.broker.message;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Batches that wait, oldest first, and what they cost.
 *
 * <p>A batch that is {@linkplain #poll() taken} is still held, and counts, until it is {@linkplain #settle settled}: it
 * may be on its way to a socket. <em>Full</em> means that as much as the bound is held, so one message larger than the
 * bound passes when there is room.
 *
 * <p>Not thread-safe: guarded by its owner's lock.
 */
public final class Backlog {
    private static final int SMALL_BYTES = 4 * 1024;
    private static final int MERGE_WHEN = 32;

    private final ArrayDeque<MessageBatch> batches = new ArrayDeque<>();
    private int smallAtTail;
    private long mergeSpanNs = Long.MAX_VALUE;
    private BacklogBounds bounds;
    private long heldBytes;
    private long heldMessages;
    private boolean blocked;
    private long droppedMessages;
    private long droppedBytes;

    public Backlog(BacklogBounds bounds) {
        this.bounds = bounds;
    }

    public BacklogBounds bounds() {
        return bounds;
    }

    /** Changes the bounds; what is held stays, see {@link #isOverfull}. */
    public void setBounds(BacklogBounds bounds) {
        this.bounds = bounds;
    }

    /** Small batches are only put together when their arrivals lie within this time; unlimited at first. */
    public void setMergeSpanNs(long mergeSpanNs) {
        this.mergeSpanNs = mergeSpanNs;
    }

    /** Holds a batch, taking over the caller's reference. */
    public void append(MessageBatch batch) {
        batches.addLast(batch);
        hold(batch.costBytes(), batch.remainingMessages());
        if (!isSmall(batch)) {
            smallAtTail = 0;
            return;
        }
        smallAtTail = Math.min(smallAtTail, batches.size() - 1) + 1;
        if (smallAtTail >= MERGE_WHEN) {
            mergeTail();
        }
    }

    /**
     * Puts the small batches at the tail together in one. At a low rate every read brings one tiny message, and what is
     * around each would soon be most of the memory held.
     */
    private void mergeTail() {
        ArrayDeque<MessageBatch> small = new ArrayDeque<>(MERGE_WHEN);
        int bytes = 0;
        for (int i = 0; i < smallAtTail; i++) {
            MessageBatch newest = batches.peekLast();
            if (newest == null || !isSmall(newest) || !canMerge(newest, small)) {
                break;
            }
            bytes += newest.frames().readableBytes();
            small.addFirst(batches.removeLast());
        }
        if (small.size() < 2) {
            batches.addAll(small);
            smallAtTail = small.size();
            return;
        }
        long before = small.stream().mapToLong(MessageBatch::costBytes).sum();
        MessageBatch merged;
        try {
            merged = MessageBatch.merge(small, bytes);
        } catch (OutOfMemoryError e) {
            // They may as well stay apart.
            batches.addAll(small);
            smallAtTail = 0;
            return;
        }
        batches.addLast(merged);
        heldBytes += merged.costBytes() - before;
        smallAtTail = isSmall(merged) ? 1 : 0;
    }

    private static boolean isSmall(MessageBatch batch) {
        return batch.frames().readableBytes() <= SMALL_BYTES && batch.isUntouched();
    }

    private boolean canMerge(MessageBatch older, ArrayDeque<MessageBatch> newer) {
        return newer.isEmpty()
                || older.comesBefore(newer.getFirst())
                        && newer.getLast().arrivedNs() - older.arrivedNs() <= mergeSpanNs;
    }

    /** Counts a batch as dropped instead of holding it, and gives up the caller's reference. */
    public void refuse(MessageBatch batch) {
        droppedMessages += batch.remainingMessages();
        droppedBytes += batch.remainingPayloadBytes();
        batch.release();
    }

    /** Holds only the newest message of a batch, taking over the caller's reference, and counts the others as dropped. */
    public void appendNewest(MessageBatch batch) {
        int older = batch.remainingMessages() - 1;
        if (older == 0) {
            append(batch);
            return;
        }
        MessageBatch newest;
        try {
            newest = batch.copy(batch.messages() - 1, batch.messages());
        } catch (OutOfMemoryError e) {
            // Then the older ones wait, too.
            append(batch);
            return;
        }
        droppedMessages += older;
        droppedBytes += batch.remainingPayloadBytes() - newest.payloadBytes();
        batch.release();
        append(newest);
    }

    /** Drops the oldest waiting batch; false when none waits. */
    public boolean dropOldest() {
        MessageBatch oldest = batches.pollFirst();
        if (oldest == null) {
            return false;
        }
        settle(oldest.costBytes(), oldest.remainingMessages());
        refuse(oldest);
        return true;
    }

    /** Drops the newest waiting batch; false when none waits. */
    public boolean dropNewest() {
        MessageBatch newest = batches.pollLast();
        if (newest == null) {
            return false;
        }
        smallAtTail = Math.max(0, smallAtTail - 1);
        settle(newest.costBytes(), newest.remainingMessages());
        refuse(newest);
        return true;
    }

    /** Drops all that wait. */
    public void dropAll() {
        while (dropOldest()) {}
    }

    /** The waiting batches, oldest first; only lent. */
    public Iterator<MessageBatch> waiting() {
        return batches.iterator();
    }

    /** The waiting batches, newest first; only lent. */
    public Iterator<MessageBatch> waitingNewestFirst() {
        return batches.descendingIterator();
    }

    public @Nullable MessageBatch peek() {
        return batches.peekFirst();
    }

    /** Takes the oldest waiting batch, with its reference; it is held until {@link #settle}. */
    public @Nullable MessageBatch poll() {
        return batches.pollFirst();
    }

    /** Lets a batch that was taken wait again, before all others. */
    public void putBack(MessageBatch batch) {
        batches.addFirst(batch);
    }

    /** So much of what was held is gone. */
    public void settle(long costBytes, long messages) {
        heldBytes -= costBytes;
        heldMessages -= messages;
    }

    /** Something is held elsewhere that counts here until it is settled. */
    public void hold(long costBytes, long messages) {
        heldBytes += costBytes;
        heldMessages += messages;
    }

    /** Nothing waits; something may still be held. */
    public boolean isEmpty() {
        return batches.isEmpty();
    }

    /** How many batches wait. */
    public int waitingBatches() {
        return batches.size();
    }

    public long heldBytes() {
        return heldBytes;
    }

    public long heldMessages() {
        return heldMessages;
    }

    public boolean isFull() {
        return heldBytes >= bounds.maxBytes() || heldMessages >= bounds.maxMessages();
    }

    /** Whether more than the bound is held, as after the bound was lowered. */
    public boolean isOverfull() {
        return heldBytes > bounds.maxBytes() || heldMessages > bounds.maxMessages();
    }

    /** Whether what is held fills {@code percent} of a bound. */
    public boolean isFilled(int percent) {
        return bounds.isFilled(heldBytes, heldMessages, percent);
    }

    /** Whether whoever empties this backlog cannot go on at the moment. */
    public boolean isBlocked() {
        return blocked;
    }

    public void setBlocked(boolean blocked) {
        this.blocked = blocked;
    }

    /** Messages dropped so far. */
    public long droppedMessages() {
        return droppedMessages;
    }

    /** Payload bytes dropped so far. */
    public long droppedBytes() {
        return droppedBytes;
    }
}

package io.sluice.broker.destination;

import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.message.MessageCopy;
import io.sluice.protocol.NativeFrames;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;

/** Looks at what waits in a queue, in the order in which it will be dealt out. Belongs to the queue's lock. */
final class QueuePeek {
    private final int max;
    private final Instant now;
    private final long nowNs;
    private final List<MessageCopy> copies = new ArrayList<>();

    /** A message that waits, and with it those that follow in its batch. */
    private static final class Cursor {
        final MessageBatch batch;
        int position;
        int index;

        Cursor(MessageBatch batch) {
            this.batch = batch;
            this.position = batch.messages() - batch.remainingMessages();
            this.index = batch.nextIndex();
        }

        long arrival() {
            return batch.arrivals().get(position);
        }

        /** Goes on to the next message; false if this was the last. */
        boolean advance() {
            index += NativeFrames.frameBytes(batch.frames(), index);
            return ++position < batch.messages();
        }
    }

    /**
     * @param max no more messages are copied
     * @param nowNs the time by the broker's clock
     */
    QueuePeek(int max, Instant now, long nowNs) {
        this.max = max;
        this.now = now;
        this.nowNs = nowNs;
    }

    /** Batches whose messages interleave. */
    void addInterleaved(Collection<MessageBatch> batches) {
        PriorityQueue<Cursor> byArrival = new PriorityQueue<>(Comparator.comparingLong(Cursor::arrival));
        batches.forEach(batch -> byArrival.add(new Cursor(batch)));
        Cursor oldest;
        while (copies.size() < max && (oldest = byArrival.poll()) != null) {
            copy(oldest);
            if (oldest.advance()) {
                byArrival.add(oldest);
            }
        }
    }

    /** A batch whose messages come after all so far. */
    void add(MessageBatch batch) {
        Cursor cursor = new Cursor(batch);
        boolean more = true;
        while (more && copies.size() < max) {
            copy(cursor);
            more = cursor.advance();
        }
    }

    /** The newest messages, oldest first, with arrival numbers from {@code from} on. */
    void addNewest(Iterator<MessageBatch> newestFirst, long from) {
        Deque<MessageBatch> batches = new ArrayDeque<>();
        int left = 0;
        while (left < max && newestFirst.hasNext()) {
            MessageBatch batch = newestFirst.next();
            if (batch.arrivals().last() < from) {
                break;
            }
            batches.addFirst(batch);
            left += batch.remainingMessages();
        }
        for (MessageBatch batch : batches) {
            Cursor cursor = new Cursor(batch);
            boolean more = true;
            while (more) {
                if (left <= max && cursor.arrival() >= from) {
                    copy(cursor);
                }
                left--;
                more = cursor.advance();
            }
        }
    }

    private void copy(Cursor cursor) {
        Instant arrived = now.minusNanos(nowNs - cursor.batch.arrivedNs());
        copies.add(MessageCopy.of(cursor.batch.frames(), cursor.index, arrived));
    }

    boolean isFull() {
        return copies.size() >= max;
    }

    List<MessageCopy> copies() {
        return copies;
    }
}

package io.sluice.loadtest.generator;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What all publishers have sent, and the buffer they send from. Belongs to the publishers' loop. */
final class Publications {
    final Latencies lag = new Latencies();
    long published;
    long foreign;
    int disconnected;
    private @Nullable ByteBuf batch;

    /**
     * Counts at one moment.
     *
     * @param atNs when
     * @param published since the beginning
     * @param lagNs since the last time
     */
    record Snapshot(long atNs, long published, Histogram lagNs) {}

    Snapshot snapshot() {
        return new Snapshot(System.nanoTime(), published, lag.take());
    }

    /** An empty buffer, retained for the caller: the last one again, if it was written out meanwhile. */
    ByteBuf takeBatch(int bytes, ByteBufAllocator allocator) {
        ByteBuf last = batch;
        if (last == null || last.refCnt() != 1 || last.capacity() < bytes) {
            close();
            last = allocator.directBuffer(Math.max(Tape.BATCH_BYTES, bytes));
            batch = last;
        }
        return last.clear().retain();
    }

    /** Gives the memory back. May be called twice. */
    void close() {
        ByteBuf last = batch;
        if (last != null) {
            batch = null;
            last.release();
        }
    }
}

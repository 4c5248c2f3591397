package io.sluice.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.protocol.NativeFrames;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Messages that were published and have not been given to a socket: encoded, in order, many to a chunk, so that a
 * connection writes chunks and not messages. Bounded in bytes, softly by one message: there is room while less than the
 * bound waits, so that no message is too large for an empty box.
 *
 * <p>Any thread may add; {@link #take} belongs to the event loop. Whoever takes null is woken when something waits again.
 */
final class Outbox {
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int FIRST_BYTES = 4 * 1024;

    /** Messages encoded one after the other; whoever takes it releases the bytes. */
    static final class Chunk {
        final ByteBuf bytes;
        long messages;

        private Chunk(int firstBytes) {
            bytes = ByteBufAllocator.DEFAULT.directBuffer(firstBytes);
        }
    }

    /** One who waits for room without blocking. */
    private static final class RoomTaker {
        final CompletableFuture<Void> room = new CompletableFuture<>();
    }

    private final int maxBytes;
    private final Supplier<String> takenBy;
    private final Runnable wake;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition roomOrClosed = lock.newCondition();
    private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
    private long waitingBytes;
    private long dropped;
    private boolean closed;
    // Whether the taker has found nothing, and must be told when there is something.
    private boolean takerIdle = true;
    private final Set<RoomTaker> waitingForRoom = new LinkedHashSet<>();

    /**
     * @param takenBy where it all goes and why it may not, for messages
     * @param wake is run, by the thread that adds, when the taker was idle
     */
    Outbox(int maxBytes, Supplier<String> takenBy, Runnable wake) {
        this.maxBytes = maxBytes;
        this.takenBy = takenBy;
        this.wake = wake;
    }

    PublishResult offer(byte[] destination, byte[] payload) {
        boolean wakeTaker;
        lock.lock();
        try {
            if (closed) {
                return PublishResult.CLOSED;
            }
            if (!hasRoom()) {
                dropped++;
                return PublishResult.DROPPED;
            }
            wakeTaker = append(destination, payload);
        } finally {
            lock.unlock();
        }
        if (wakeTaker) {
            wake.run();
        }
        return PublishResult.ACCEPTED;
    }

    /** Waits for room. Of what was not taken nothing is counted: the exception tells. */
    void put(byte[] destination, byte[] payload, long timeoutNs)
            throws InterruptedException, TimeoutException, ClosedException {
        boolean wakeTaker;
        lock.lockInterruptibly();
        try {
            long leftNs = timeoutNs;
            while (!closed && !hasRoom()) {
                if (leftNs <= 0) {
                    throw new TimeoutException("no room to publish for " + TimeUnit.NANOSECONDS.toMillis(timeoutNs)
                            + " ms: " + waitingBytes + " bytes wait for " + takenBy.get());
                }
                leftNs = roomOrClosed.awaitNanos(leftNs);
            }
            if (closed) {
                throw new ClosedException("the client is closed");
            }
            wakeTaker = append(destination, payload);
        } finally {
            lock.unlock();
        }
        if (wakeTaker) {
            wake.run();
        }
    }

    /** Completes when there is room, or the box is closed: on the caller's thread, or on the event loop. */
    CompletableFuture<Void> whenRoom() {
        lock.lock();
        try {
            if (closed || hasRoom()) {
                return CompletableFuture.completedFuture(null);
            }
            RoomTaker taker = new RoomTaker();
            waitingForRoom.add(taker);
            taker.room.whenComplete((nothing, failure) -> forget(taker));
            return taker.room;
        } finally {
            lock.unlock();
        }
    }

    // Those who cancel, or let it time out, must not pile up.
    private void forget(RoomTaker taker) {
        lock.lock();
        try {
            waitingForRoom.remove(taker);
        } finally {
            lock.unlock();
        }
    }

    /** The oldest chunk; null if nothing waits. */
    @Nullable
    Chunk take() {
        Chunk chunk;
        List<RoomTaker> waiting;
        lock.lock();
        try {
            chunk = chunks.poll();
            if (chunk == null) {
                takerIdle = true;
                return null;
            }
            waitingBytes -= chunk.bytes.readableBytes();
            waiting = takeWaiting();
        } finally {
            lock.unlock();
        }
        complete(waiting);
        return chunk;
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return chunks.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    long waitingBytes() {
        lock.lock();
        try {
            return waitingBytes;
        } finally {
            lock.unlock();
        }
    }

    long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    /** Takes nothing more; what waits may still be taken. */
    void close() {
        List<RoomTaker> waiting;
        lock.lock();
        try {
            closed = true;
            waiting = takeWaiting();
        } finally {
            lock.unlock();
        }
        complete(waiting);
    }

    /** Closes, and drops what waits. */
    void discard() {
        close();
        lock.lock();
        try {
            for (Chunk chunk : chunks) {
                dropped += chunk.messages;
                chunk.bytes.release();
            }
            chunks.clear();
            waitingBytes = 0;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasRoom() {
        return waitingBytes < maxBytes;
    }

    // Returns whether the taker must be woken.
    private boolean append(byte[] destination, byte[] payload) {
        int bytes = 2 * NativeFrames.HEADER_BYTES + destination.length + payload.length;
        Chunk last = chunks.peekLast();
        if (last == null || last.bytes.readableBytes() + bytes > CHUNK_BYTES) {
            last = new Chunk(Math.max(bytes, FIRST_BYTES));
            chunks.add(last);
        }
        // All of it at once: if memory is short, nothing is written rather than half a message.
        last.bytes.ensureWritable(bytes);
        NativeFrames.writeMessage(last.bytes, destination, payload);
        last.messages++;
        waitingBytes += bytes;
        boolean wakeTaker = takerIdle;
        takerIdle = false;
        return wakeTaker;
    }

    private List<RoomTaker> takeWaiting() {
        if (!closed && !hasRoom()) {
            return List.of();
        }
        roomOrClosed.signalAll();
        List<RoomTaker> waiting = List.copyOf(waitingForRoom);
        waitingForRoom.clear();
        return waiting;
    }

    // Not under the lock: what depends on it runs here and now, and may publish.
    private static void complete(List<RoomTaker> waiting) {
        for (RoomTaker taker : waiting) {
            taker.room.complete(null);
        }
    }
}

package io.sluice.client;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one subscription that have come and were not taken, bounded in messages and bytes: whoever adds looks at
 * {@link #isFull} and stops reading, and is told when half of it is free again.
 *
 * <p>Any thread may take, blocking or not, and each message goes to exactly one: to the future that has waited
 * longest, or else to a thread. Adding belongs to the event loop.
 */
final class Inbox {
    private final int maxMessages;
    private final int maxBytes;
    private final Runnable roomAgain;

    private final Object lock = new Object();
    private final ArrayDeque<Message> messages = new ArrayDeque<>();
    // Those who wait without blocking; not empty only while there are no messages.
    private final Set<Taker> takers = new LinkedHashSet<>();
    private long bytes;
    private boolean toldFull;
    private @Nullable String ended;

    /** One who waits for a message. */
    private static final class Taker {
        final CompletableFuture<Message> taken = new CompletableFuture<>();
    }

    /** @param roomAgain is run, by the thread that takes, when it was full and is half empty */
    Inbox(int maxMessages, int maxBytes, Runnable roomAgain) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
        this.roomAgain = roomAgain;
    }

    /** Adds what one read has brought: to those who wait, one each, and the rest in one go. */
    void add(List<Message> batch) {
        int next = 0;
        while (next < batch.size()) {
            Taker taker;
            synchronized (lock) {
                if (ended != null) {
                    return;
                }
                taker = nextTaker();
                if (taker == null) {
                    for (Message message : batch.subList(next, batch.size())) {
                        messages.add(message);
                        bytes += message.payload().length;
                    }
                    lock.notifyAll();
                    return;
                }
            }
            // Not under the lock: what depends on it runs here. One that was cancelled takes nothing.
            if (taker.taken.complete(batch.get(next))) {
                next++;
            }
        }
    }

    /** Whether no more should be added. If so, {@code roomAgain} is run once it is half empty. */
    boolean isFull() {
        synchronized (lock) {
            boolean full = messages.size() >= maxMessages || bytes >= maxBytes;
            toldFull |= full;
            return full;
        }
    }

    /** The oldest message, or null if there is none now. */
    @Nullable
    Message poll() {
        Message message;
        boolean tellRoom;
        synchronized (lock) {
            message = messages.poll();
            tellRoom = message != null && makesRoom(message);
        }
        if (tellRoom) {
            roomAgain.run();
        }
        return message;
    }

    // Under the lock: whether the message that was taken leaves it half empty, and somebody must be told.
    private boolean makesRoom(Message taken) {
        bytes -= taken.payload().length;
        boolean tellRoom = toldFull && messages.size() <= maxMessages / 2 && bytes <= maxBytes / 2;
        toldFull &= !tellRoom;
        return tellRoom;
    }

    /** The oldest message, now or when it comes. Who cancels the future, or lets it time out, takes none. */
    CompletableFuture<Message> take() {
        Message message;
        synchronized (lock) {
            if (messages.isEmpty()) {
                Taker taker = new Taker();
                if (ended != null) {
                    taker.taken.completeExceptionally(new ClosedException(ended));
                    return taker.taken;
                }
                takers.add(taker);
                taker.taken.whenComplete((taken, failure) -> forget(taker));
                return taker.taken;
            }
        }
        message = poll();
        // Another thread may have been faster.
        return message == null ? take() : CompletableFuture.completedFuture(message);
    }

    /** The oldest message, as soon as there is one that no future is waiting for. */
    Message take(long timeoutNs) throws InterruptedException, TimeoutException, ClosedException {
        // So far away that it cannot overflow.
        long deadlineNs = System.nanoTime() + Math.min(timeoutNs, Long.MAX_VALUE / 2);
        Message message;
        boolean tellRoom;
        synchronized (lock) {
            while ((message = messages.poll()) == null) {
                if (ended != null) {
                    throw new ClosedException(ended);
                }
                long leftNs = deadlineNs - System.nanoTime();
                if (leftNs <= 0) {
                    throw new TimeoutException("no message within " + TimeUnit.NANOSECONDS.toMillis(timeoutNs) + " ms");
                }
                TimeUnit.NANOSECONDS.timedWait(lock, leftNs);
            }
            tellRoom = makesRoom(message);
        }
        if (tellRoom) {
            roomAgain.run();
        }
        return message;
    }

    /** No more will come: what is there can still be taken. */
    void end(String why) {
        List<Taker> waiting;
        synchronized (lock) {
            if (ended != null) {
                return;
            }
            ended = why;
            waiting = List.copyOf(takers);
            takers.clear();
            lock.notifyAll();
        }
        for (Taker taker : waiting) {
            taker.taken.completeExceptionally(new ClosedException(why));
        }
    }

    /** Drops what is there, and returns how many messages that were. */
    int discard() {
        synchronized (lock) {
            int discarded = messages.size();
            messages.clear();
            bytes = 0;
            return discarded;
        }
    }

    int size() {
        synchronized (lock) {
            return messages.size();
        }
    }

    private void forget(Taker taker) {
        synchronized (lock) {
            takers.remove(taker);
        }
    }

    private @Nullable Taker nextTaker() {
        Iterator<Taker> first = takers.iterator();
        if (!first.hasNext()) {
            return null;
        }
        Taker taker = first.next();
        first.remove();
        return taker;
    }
}

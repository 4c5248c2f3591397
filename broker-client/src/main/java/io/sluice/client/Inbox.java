package io.sluice.client;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one subscription that have come and were not taken, bounded in messages and bytes: whoever adds looks at
 * {@link #isFull} and stops reading, and is told when half of it is free again.
 *
 * <p>Any thread may take, blocking or not, and each message goes to exactly one: to who has waited longest. Adding
 * belongs to the event loop.
 */
final class Inbox {
    private final int maxMessages;
    private final int maxBytes;
    private final Runnable roomAgain;

    private final Object lock = new Object();
    private final ArrayDeque<Message> messages = new ArrayDeque<>();
    // Those who wait; not empty only while there are no messages.
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
            if (message == null) {
                return null;
            }
            bytes -= message.payload().length;
            tellRoom = toldFull && messages.size() <= maxMessages / 2 && bytes <= maxBytes / 2;
            toldFull &= !tellRoom;
        }
        if (tellRoom) {
            roomAgain.run();
        }
        return message;
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

    Message take(long timeoutNs) throws InterruptedException, TimeoutException, ClosedException {
        Message message = poll();
        if (message != null) {
            return message;
        }
        CompletableFuture<Message> taker = take();
        try {
            return taker.get(timeoutNs, TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw closed();
        } catch (TimeoutException e) {
            if (taker.cancel(false)) {
                throw new TimeoutException("no message within " + TimeUnit.NANOSECONDS.toMillis(timeoutNs) + " ms");
            }
            return ended(taker);
        } catch (InterruptedException e) {
            if (taker.cancel(false)) {
                throw e;
            }
            // It came at the same moment, and must not be lost.
            Thread.currentThread().interrupt();
            return ended(taker);
        }
    }

    private Message ended(CompletableFuture<Message> taker) throws ClosedException {
        try {
            return taker.join();
        } catch (CompletionException e) {
            throw closed();
        }
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

    private ClosedException closed() {
        synchronized (lock) {
            return new ClosedException(String.valueOf(ended));
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

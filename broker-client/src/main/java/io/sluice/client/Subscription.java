package io.sluice.client;

import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages of one destination, in order. It survives a broken connection: what the broker sent and the connection lost
 * is missing, and nothing comes twice.
 *
 * <p>Without a handler, any number of threads and asynchronous receivers may take from it; each message goes to exactly one
 * of them: to the future that has waited longest, or else to a thread. What nobody takes waits here up to the bounds of
 * {@link ClientOptions}, then at the broker.
 *
 * <p>It ends by {@link #goodbye} (the broker sends what it holds for this subscription, then ends the stream: nothing is
 * lost) or by {@link #close}. All methods may be called from any thread.
 */
public final class Subscription implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Subscription.class);

    private final SluiceClient client;
    private final SubscriptionLink link;
    private final @Nullable HandlerThread handler;
    // No more messages reach anybody: the connection is gone, and a handler is done or was given up.
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    Subscription(SluiceClient client, SubscriptionLink link, @Nullable MessageHandler handler) {
        this.client = client;
        this.link = link;
        if (handler == null) {
            this.handler = null;
            link.finished().thenRun(() -> ended.complete(null));
        } else {
            this.handler = new HandlerThread(link.destination(), link.inbox(), handler, () -> {
                ended.complete(null);
                link.abandon();
            });
            this.handler.start();
        }
    }

    /** What it is subscribed to. */
    public String destination() {
        return link.destination();
    }

    /**
     * The next message, if it is here already; null if not.
     *
     * @throws IllegalStateException if this subscription has a handler
     */
    public @Nullable Message poll() {
        requireNoHandler();
        return link.inbox().poll();
    }

    /**
     * The next message.
     *
     * @param timeout how long to wait for it
     * @throws TimeoutException if none came in time
     * @throws ClosedException if the subscription has ended and all its messages were taken
     * @throws InterruptedException if the thread is interrupted; no message is lost by it
     * @throws IllegalStateException if this subscription has a handler, or on a thread that must not block
     */
    public Message receive(Duration timeout) throws TimeoutException, ClosedException, InterruptedException {
        requireNoHandler();
        Blocking.check("receive");
        return link.inbox().take(Nanos.of(timeout));
    }

    /**
     * The next message, when it comes. The future completes on the client's event loop, or at once; it fails with {@link
     * ClosedException}. Cancelling it, or letting it time out, takes no message. What depends on it must not block: use the
     * {@code …Async} methods of the future with an executor for that.
     *
     * @throws IllegalStateException if this subscription has a handler
     */
    public CompletableFuture<Message> receiveAsync() {
        requireNoHandler();
        return link.inbox().take();
    }

    /**
     * The messages one after the other, for a {@code for} loop. It ends when the subscription does, when the thread is
     * interrupted (which stays so), or when no message came for a time, which may also be because the broker is away: to tell
     * these apart, use {@link #receive}.
     *
     * @param longestPause how long to wait for each message; as long as you like
     */
    public Iterable<Message> messages(Duration longestPause) {
        return () -> new Messages(longestPause);
    }

    /**
     * Takes leave: no new messages are assigned to it, what the broker holds for it still comes, and then it ends. Returns at
     * once.
     *
     * @param timeout when to end at the latest
     * @return completes when it has ended and a handler has handled all that came, or when the time is over: then a handler
     *     gets no more than the message it has
     */
    public CompletableFuture<Void> goodbye(Duration timeout) {
        long timeoutNs = Nanos.of(timeout);
        link.close(timeoutNs);
        HandlerThread last = handler;
        if (last == null) {
            return ended.copy();
        }
        // The connection ends in time, but the handler may still have what came on it.
        link.after(timeoutNs, ended, () -> {
            if (ended.complete(null)) {
                last.stopSoon();
                LOG.warn(
                        "{} messages of {} had come and were not handled within {} ms: they are dropped, and so is what the"
                                + " connection held",
                        link.inbox().size(),
                        destination(),
                        TimeUnit.NANOSECONDS.toMillis(timeoutNs));
            }
        });
        return ended.copy();
    }

    /**
     * With a handler: {@link #goodbye} and waits, at most for {@link ClientOptions#closeTimeout}, until the handler has
     * handled all that came. Called by a handler or on the event loop it does not wait.
     *
     * <p>Without one: ends at once, because whoever closes does not read on. What came and was not taken is dropped; of a
     * queue, what the broker had not given to the socket returns to it. To lose nothing, say {@link #goodbye} and take what
     * still comes, until {@link ClosedException}.
     *
     * <p>Without acknowledgements, what the broker has sent is this subscription's: messages of a queue that wait here, or in
     * the sockets between (hundreds of KiB), are lost with a process that ends, or with a handler that is not done in time.
     */
    @Override
    public void close() {
        if (handler == null) {
            dropAll();
            return;
        }
        CompletableFuture<Void> done = goodbye(client.options().closeTimeout());
        if (!Blocking.isForbidden()) {
            Waiting.quietly(done, Nanos.of(client.options().closeTimeout()));
        }
    }

    @Override
    public String toString() {
        return "subscription to " + destination() + " (" + link.condition() + ")";
    }

    /** How many messages wait here for a receiver. */
    public int waitingMessages() {
        return link.inbox().size();
    }

    /** How often the handler has failed; 0 without one. */
    public long handlerFailures() {
        return handler == null ? 0 : handler.failures();
    }

    CompletableFuture<Void> ended() {
        return ended;
    }

    SubscriptionLink link() {
        return link;
    }

    /** As {@link #close} does it, without waiting for it. */
    CompletableFuture<Void> endWithin(Duration timeout) {
        if (handler != null) {
            return goodbye(timeout);
        }
        // One that has ended by goodbye keeps what it has: whoever said goodbye reads on.
        if (!ended.isDone()) {
            dropAll();
        }
        return link.finished();
    }

    private void dropAll() {
        link.abandon();
        link.inbox().end("the subscription to " + destination() + " is closed");
        int dropped = link.inbox().discard();
        if (dropped > 0) {
            LOG.info("{} messages of {} had come and were not taken: they are dropped", dropped, destination());
        }
    }

    private void requireNoHandler() {
        if (handler != null) {
            throw new IllegalStateException("the messages of " + destination() + " go to a handler");
        }
    }

    private final class Messages implements Iterator<Message> {
        private final Duration longestPause;
        private @Nullable Message next;

        Messages(Duration longestPause) {
            this.longestPause = longestPause;
        }

        @Override
        public boolean hasNext() {
            if (next == null) {
                try {
                    next = receive(longestPause);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } catch (TimeoutException | ClosedException e) {
                    return false;
                }
            }
            return next != null;
        }

        @Override
        public Message next() {
            Message message = hasNext() ? next : null;
            if (message == null) {
                throw new NoSuchElementException();
            }
            next = null;
            return message;
        }
    }
}

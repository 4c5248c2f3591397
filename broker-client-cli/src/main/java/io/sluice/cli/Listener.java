package io.sluice.cli;

import io.sluice.client.ClosedException;
import io.sluice.client.Message;
import io.sluice.client.PublishCounts;
import io.sluice.client.SluiceClient;
import io.sluice.client.Subscription;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Puts the messages of some subscriptions into a sink until there were enough, none came for a time, or somebody ends it. A
 * thread for each subscription, which take turns at the sink.
 */
final class Listener implements Stoppable {
    /** What the broker had already taken for this listener is still printed, for so long. */
    private static final long STOP_TIMEOUT_MS = 2_000;
    /** How long a listener that wants no more waits for the broker to see it leave. */
    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(1);

    /** How long what a queue has sent ahead may take to come, and to go back. */
    private static final Duration RETURN_TIMEOUT = Duration.ofSeconds(10);

    private static final long TICK_MS = 200;

    /** Until when to listen, and how long to wait for a message. */
    record Limits(long messages, long idleNs) {
        static final long NONE = Long.MAX_VALUE;
    }

    private final SluiceClient client;
    private final List<String> destinations;
    private final MessageSink sink;
    private final Limits limits;
    private final Console console;
    private final ConnectionNews news;
    private final MissingNumbers missing;
    private final @Nullable RateLine rate;

    private final CompletableFuture<Integer> over = new CompletableFuture<>();
    private final List<Subscription> subscriptions = new ArrayList<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();

    private final Object atSink = new Object();
    private long received;
    private final AtomicLong returned = new AtomicLong();
    private volatile boolean readerGone;
    private long lastNs = System.nanoTime();

    Listener(
            SluiceClient client,
            List<String> destinations,
            MessageSink sink,
            Limits limits,
            Console console,
            ConnectionNews news,
            MissingNumbers missing,
            @Nullable RateLine rate) {
        this.client = client;
        this.destinations = destinations;
        this.sink = sink;
        this.limits = limits;
        this.console = console;
        this.news = news;
        this.missing = missing;
        this.rate = rate;
    }

    @Override
    public int run() throws IOException, InterruptedException {
        news.refused().thenAccept(line -> {
            console.error(line);
            over.complete(ExitCode.REFUSED);
        });
        for (String destination : destinations) {
            CompletableFuture<Subscription> subscribed = client.subscribeAsync(destination);
            int exitCode = awaitSubscribed(subscribed);
            if (exitCode != ExitCode.OK) {
                return exitCode;
            }
            synchronized (subscriptions) {
                subscriptions.add(subscribed.join());
            }
        }
        CountDownLatch readers = new CountDownLatch(subscriptions.size());
        for (Subscription subscription : subscriptions) {
            Thread reader = new Thread(() -> read(subscription, readers), "listen " + subscription.destination());
            reader.setDaemon(true);
            reader.start();
        }
        int exitCode = awaitEnd(readers);
        if (!stopped.isDone()) {
            leave(readers);
        }
        if (rate != null) {
            rate.end(System.nanoTime());
        }
        return exitCode;
    }

    private int awaitSubscribed(CompletableFuture<Subscription> subscribed) throws IOException, InterruptedException {
        try {
            CompletableFuture.anyOf(subscribed, news.refused(), stopped).get(limits.idleNs, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            subscribed.cancel(false);
            console.error("timed out: not connected within " + Seconds.text(limits.idleNs) + " s");
            return ExitCode.TIMED_OUT;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
        return stopped.isDone() ? ExitCode.INTERRUPTED : subscribed.isDone() ? ExitCode.OK : ExitCode.REFUSED;
    }

    private int awaitEnd(CountDownLatch readers) throws InterruptedException {
        while (true) {
            try {
                return over.get(TICK_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (rate != null) {
                    rate.tick(System.nanoTime());
                }
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
            if (stopped.isDone()) {
                boolean unused = readers.await(STOP_TIMEOUT_MS, TimeUnit.MILLISECONDS);
                return ExitCode.INTERRUPTED;
            }
        }
    }

    private void read(Subscription subscription, CountDownLatch readers) {
        try {
            Message unwanted = printWhatIsWanted(subscription);
            giveBack(subscription, unwanted);
        } catch (ClosedException | InterruptedException e) {
            over.complete(ExitCode.INTERRUPTED);
        } finally {
            readers.countDown();
        }
    }

    /** Returns the first message that nobody wants any more; null if that was found out without one. */
    private @Nullable Message printWhatIsWanted(Subscription subscription)
            throws ClosedException, InterruptedException {
        try {
            while (true) {
                Message message = next(subscription);
                if (message == null || !take(message)) {
                    return message;
                }
            }
        } catch (PrintFailedException e) {
            readerGone = e.isReaderGone();
            if (!readerGone) {
                console.error(e.reason() + "; received " + receivedOfWanted());
            }
            over.complete(readerGone ? ExitCode.OK : ExitCode.FAILED);
            return null;
        }
    }

    // Null when none came in time.
    private @Nullable Message next(Subscription subscription)
            throws PrintFailedException, ClosedException, InterruptedException {
        while (true) {
            Message message = subscription.poll();
            if (message != null) {
                return message;
            }
            long waitNs;
            synchronized (atSink) {
                sink.flush();
                waitNs = limits.idleNs == Limits.NONE
                        ? Limits.NONE
                        : Math.max(0, limits.idleNs - (System.nanoTime() - lastNs));
            }
            try {
                return subscription.receive(Duration.ofNanos(waitNs));
            } catch (TimeoutException e) {
                if (hasTimedOut()) {
                    return null;
                }
            }
        }
    }

    /**
     * What a queue had sent ahead goes back there, to its end; what comes from a topic nobody will miss. By the thread that read
     * before, so that they stay in order.
     */
    private void giveBack(Subscription subscription, @Nullable Message first)
            throws ClosedException, InterruptedException {
        boolean isQueue = BrokerOptions.isQueue(subscription.destination());
        Message message = first;
        try {
            while (true) {
                if (message != null && isQueue) {
                    client.publish(message.destination(), message.payload(), RETURN_TIMEOUT);
                    returned.incrementAndGet();
                }
                message = subscription.receive(RETURN_TIMEOUT);
            }
        } catch (TimeoutException e) {
            // It has had its time.
        }
    }

    // Whether nothing came on any subscription.
    private boolean hasTimedOut() {
        synchronized (atSink) {
            if (System.nanoTime() - lastNs < limits.idleNs) {
                return false;
            }
            if (over.complete(ExitCode.TIMED_OUT)) {
                console.error("timed out: no message for " + Seconds.text(limits.idleNs) + " s; received "
                        + receivedOfWanted());
            }
            return true;
        }
    }

    private boolean take(Message message) throws PrintFailedException {
        synchronized (atSink) {
            if (received >= limits.messages || over.isDone()) {
                return false;
            }
            String gap = missing.look(message.payload());
            if (gap != null) {
                console.note(gap);
            }
            sink.take(message);
            received++;
            lastNs = System.nanoTime();
            if (rate != null) {
                rate.count(message.payload().length);
            }
            if (received == limits.messages) {
                sink.flush();
                over.complete(ExitCode.OK);
            }
            return true;
        }
    }

    /** Wants no more: says goodbye, upon which the broker sends what it holds for us, and waits until that has come. */
    private void leave(CountDownLatch readers) throws InterruptedException {
        boolean anyQueue = destinations.stream().anyMatch(BrokerOptions::isQueue);
        Duration timeout = anyQueue ? RETURN_TIMEOUT : LEAVE_TIMEOUT;
        for (Subscription subscription : subscriptions) {
            subscription.goodbye(timeout);
        }
        boolean unused = readers.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether all that was taken from queues beyond what was wanted is back there. To be called when the client is closed. */
    boolean hasReturnedAll(PublishCounts counts) {
        long count = returned.get();
        if (counts.allConfirmed()) {
            // Nobody asked who only closed a pipe.
            if (count > 0 && !readerGone) {
                console.note(messages(count) + " had been sent ahead and went back to the end of the queue");
            }
            return true;
        }
        console.error(messages(count) + " had been sent ahead and were to go back to the queue; " + counts.confirmed()
                + " are there for certain, the others may be lost");
        return false;
    }

    private String receivedOfWanted() {
        synchronized (atSink) {
            return limits.messages == Limits.NONE ? messages(received) : received + " of " + messages(limits.messages);
        }
    }

    private static String messages(long count) {
        return count == 1 ? "1 message" : count + " messages";
    }

    /** The broker answers goodbye with what it holds for us and the end of the stream, which ends {@link #run}. */
    @Override
    public void stop() {
        stopped.complete(null);
        synchronized (subscriptions) {
            for (Subscription subscription : subscriptions) {
                subscription.goodbye(Duration.ofMillis(STOP_TIMEOUT_MS));
            }
        }
    }

    @Override
    public long stopTimeoutMs() {
        return STOP_TIMEOUT_MS;
    }
}

package io.sluice.systemtest;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import plainsocket.PlainClient;

/**
 * A publisher and a subscriber of one destination that work all the time, at some thousand messages a second, and notice
 * what is lost, doubled, changed or out of order.
 *
 * <p>A message is its number, and bytes that follow from it. So few are on their way at a time that no bound of a broker
 * is reached by them.
 */
final class WorkingPair implements AutoCloseable {
    private static final int MESSAGE_BYTES = 100;
    private static final int ON_THEIR_WAY = 64;
    private static final long PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final String destination;
    private final PlainClient publisher;
    private final PlainClient subscriber;
    private final Semaphore places = new Semaphore(ON_THEIR_WAY);
    private final ExecutorService threads = Executors.newFixedThreadPool(2, task -> {
        Thread thread = new Thread(task, "working pair");
        thread.setDaemon(true);
        return thread;
    });
    private final Future<Long> publishing;
    private final Future<Long> receiving;
    private volatile boolean stopping;
    private volatile long published;
    private volatile long received;
    private volatile long lastReceivedNs = System.nanoTime();
    private volatile long longestSilenceMs;

    WorkingPair(BrokerProcess broker, String destination) throws IOException {
        this.destination = destination;
        this.subscriber = new PlainClient(broker.host(), broker.port());
        this.publisher = new PlainClient(broker.host(), broker.port());
        subscriber.subscribe(destination);
        publisher.subscribe("/null");
        awaitSubscription();
        this.receiving = threads.submit(this::receive);
        this.publishing = threads.submit(this::publish);
    }

    /** A subscription is not confirmed: publishes probes until one comes, and then until the last has come. */
    private void awaitSubscription() throws IOException {
        int probes = 0;
        boolean subscribed = false;
        while (!subscribed) {
            publisher.publish(destination, probe(++probes));
            try {
                int came = ByteBuffer.wrap(subscriber.receive(200)).getInt();
                while (came < probes) {
                    came = ByteBuffer.wrap(subscriber.receive()).getInt();
                }
                subscribed = true;
            } catch (SocketTimeoutException e) {
                if (probes > 100) {
                    throw new IOException("no probe reached the subscriber of " + destination, e);
                }
            }
        }
    }

    private static byte[] probe(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    private long publish() throws IOException, InterruptedException {
        while (!stopping) {
            if (!places.tryAcquire(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(this + ": no message came for " + TIMEOUT.toSeconds() + " s");
            }
            long number = published;
            publisher.publish(destination, message(number));
            published = number + 1;
            if (number % 8 == 0) {
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
        publisher.goodbye();
        PlainClient.Rest rest = publisher.receiveRest(TIMEOUT.toMillis());
        if (rest.ending() != PlainClient.Ending.CLEAN) {
            throw new IllegalStateException(this + ": the publisher's goodbye was answered by " + rest);
        }
        return published;
    }

    private long receive() throws IOException {
        while (true) {
            byte[] came;
            try {
                came = subscriber.receive(TIMEOUT.toMillis());
            } catch (PlainClient.ClosedByBroker closed) {
                if (stopping && closed.ending() == PlainClient.Ending.CLEAN) {
                    return received;
                }
                throw closed;
            }
            long number = received;
            if (!Arrays.equals(message(number), came)) {
                throw new IllegalStateException(this + ": " + described(came) + " came instead of number " + number);
            }
            received = number + 1;
            long nowNs = System.nanoTime();
            longestSilenceMs = Math.max(longestSilenceMs, TimeUnit.NANOSECONDS.toMillis(nowNs - lastReceivedNs));
            lastReceivedNs = nowNs;
            places.release();
        }
    }

    private static byte[] message(long number) {
        byte[] message = new byte[MESSAGE_BYTES];
        ByteBuffer.wrap(message).putLong(number);
        for (int i = Long.BYTES; i < message.length; i++) {
            message[i] = (byte) (number * 31 + i);
        }
        return message;
    }

    private static String described(byte[] message) {
        return message.length == MESSAGE_BYTES
                ? "number " + ByteBuffer.wrap(message).getLong()
                : "a message of " + message.length + " bytes";
    }

    /** How many messages the subscriber has got. */
    long received() {
        return received;
    }

    /** The longest time between two messages so far. */
    long longestSilenceMs() {
        long nowMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastReceivedNs);
        return Math.max(longestSilenceMs, nowMs);
    }

    /** Forgets the silences so far. */
    void forgetSilences() {
        longestSilenceMs = 0;
    }

    /** Waits until so many more messages have come. */
    void awaitMore(long messages) {
        long until = received + messages;
        Awaitility.await(this + " goes on")
                .atMost(TIMEOUT)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> received >= until || isBroken());
        failIfBroken();
    }

    /** Fails with what the pair has noticed, if it has. */
    void failIfBroken() {
        if (isBroken()) {
            result(receiving);
            result(publishing);
        }
    }

    private boolean isBroken() {
        return publishing.isDone() || receiving.isDone();
    }

    /** Publishes no more, waits for what is on its way, and fails unless all that was published was received. */
    void finish() throws IOException {
        failIfBroken();
        stopping = true;
        long sent = result(publishing);
        Awaitility.await(this + " gets the last messages")
                .atMost(TIMEOUT)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> received == sent || receiving.isDone());
        subscriber.goodbye();
        long came = result(receiving);
        if (came != sent) {
            throw new IllegalStateException(this + ": " + sent + " were published, " + came + " came");
        }
    }

    private long result(Future<Long> future) {
        try {
            return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(this + " is disturbed", e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException(this + " does not end", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        stopping = true;
        publisher.close();
        subscriber.close();
        threads.shutdownNow();
    }

    @Override
    public String toString() {
        return "the pair at " + destination + " (" + received + " messages, longest silence " + longestSilenceMs
                + " ms)";
    }
}

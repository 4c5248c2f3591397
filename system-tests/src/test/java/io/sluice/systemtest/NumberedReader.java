package io.sluice.systemtest;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import plainsocket.PlainClient;

/** A subscriber that reads {@linkplain NumberedMessages numbered messages} on a thread of its own, until it is closed. */
final class NumberedReader implements AutoCloseable {
    private static final int POLL_MS = 200;

    private final PlainClient client;
    private final LongConsumer numbers;
    private final long bytesPerSecond;
    private final Thread thread;

    private volatile boolean closed;
    private final AtomicLong received = new AtomicLong();
    private volatile long receivedBytes;
    private volatile long last = -1;
    private volatile Throwable fault;
    private volatile PlainClient.Ending ending;

    /** Reads as fast as it can. */
    NumberedReader(int port, String destination, LongConsumer numbers) throws IOException {
        this(port, destination, numbers, Long.MAX_VALUE);
    }

    /**
     * Subscribes, and begins to read.
     *
     * @param numbers is given the number of each message, on the reader's thread; may throw
     * @param bytesPerSecond the most it reads, in bytes of payload
     */
    NumberedReader(int port, String destination, LongConsumer numbers, long bytesPerSecond) throws IOException {
        this.client = new PlainClient("127.0.0.1", port);
        this.numbers = numbers;
        this.bytesPerSecond = bytesPerSecond;
        client.subscribe(destination);
        thread = new Thread(this::read, "reader of " + destination);
        thread.setDaemon(true);
        thread.start();
    }

    /** Accepts numbers from {@code first} on, each one more than the one before, and nothing else. */
    static LongConsumer consecutiveFrom(long first) {
        return new LongConsumer() {
            private long next = first;

            @Override
            public void accept(long number) {
                if (number != next) {
                    throw new AssertionError("message " + number + " came where " + next + " was due");
                }
                next++;
            }
        };
    }

    private void read() {
        long beganNs = System.nanoTime();
        long bytes = 0;
        try {
            while (!closed) {
                try {
                    byte[] payload = client.receive(POLL_MS);
                    long number = NumberedMessages.numberOf(payload);
                    numbers.accept(number);
                    last = number;
                    received.incrementAndGet();
                    bytes += payload.length;
                    receivedBytes = bytes;
                    keepPace(beganNs, bytes);
                } catch (SocketTimeoutException e) {
                    // Nothing came for a moment.
                }
            }
        } catch (PlainClient.ClosedByBroker e) {
            ending = e.ending();
        } catch (IOException | RuntimeException | AssertionError e) {
            fault = closed ? null : e;
        }
    }

    private void keepPace(long beganNs, long bytes) {
        if (bytesPerSecond < Long.MAX_VALUE) {
            long dueNs = beganNs + (long) (bytes * 1e9 / bytesPerSecond);
            long earlyNs;
            while (!closed && (earlyNs = dueNs - System.nanoTime()) > 0) {
                LockSupport.parkNanos(Math.min(earlyNs, TimeUnit.MILLISECONDS.toNanos(POLL_MS)));
            }
        }
    }

    /** How many messages came. */
    long received() {
        return received.get();
    }

    /** How many bytes of payload came. */
    long receivedBytes() {
        return receivedBytes;
    }

    /** The number of the last message that came; -1 before the first. */
    long last() {
        return last;
    }

    /** How the broker closed the connection; null if it has not. */
    PlainClient.Ending ending() {
        return ending;
    }

    /** Throws what went wrong while it read, if anything did. */
    void check() {
        if (fault != null) {
            throw new AssertionError(thread.getName() + " after " + received() + " messages", fault);
        }
    }

    /** Waits until the broker has closed the connection; all that came before has been read then. */
    void awaitEnd(long timeoutMs) throws InterruptedException {
        thread.join(timeoutMs);
        check();
        if (thread.isAlive()) {
            throw new AssertionError(thread.getName() + ": not closed within " + timeoutMs + " ms");
        }
    }

    @Override
    public void close() {
        closed = true;
        client.close();
    }
}

package io.sluice.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * Publishes messages at a steady pace, says goodbye and waits for the confirmation, which is the end of the stream.
 *
 * <p>Goodbye makes the broker route all that came before it and then close. The native protocol has no other
 * confirmation: without this one, every message sent is in doubt.
 *
 * <p>A second thread reads the connection for its end. Nothing else is to come: the subscription is {@code /null}.
 */
final class Sender implements Stoppable {
    private static final byte[] NOWHERE = "/null".getBytes(StandardCharsets.US_ASCII);

    static final long DEFAULT_CONFIRMATION_TIMEOUT_MS = 10_000;

    /** How far a sender may fall behind its pace and still make up for it. */
    private static final long MAX_BACKLOG_NS = TimeUnit.SECONDS.toNanos(1);

    /** What to send, how often, how fast. The function makes the payload of a message from its number, which begins at 1. */
    record Plan(LongFunction<byte[]> payloads, long count, long intervalNs) {
        static final long FOR_EVER = Long.MAX_VALUE;
    }

    private final Connection connection;
    private final byte[] destination;
    private final Plan plan;
    private final Console console;
    private final long confirmationTimeoutMs;
    /** Down when no message may follow: {@link #stop} was called or the connection has ended. */
    private final CountDownLatch over = new CountDownLatch(1);

    private final CountDownLatch connectionEnded = new CountDownLatch(1);
    /** Written before {@link #connectionEnded} goes down: why, or empty for an end of stream. */
    private volatile String endDetail = "";

    private volatile boolean aborted;

    private long sent;
    private long nextAtNs;

    Sender(Connection connection, byte[] destination, Plan plan, Console console, long confirmationTimeoutMs) {
        this.connection = connection;
        this.destination = destination;
        this.plan = plan;
        this.console = console;
        this.confirmationTimeoutMs = confirmationTimeoutMs;
    }

    @Override
    public int run() {
        Thread watcher = new Thread(this::watchForEnd, "end-of-stream");
        watcher.setDaemon(true);
        watcher.start();
        int exitCode = sendAndConfirm();
        long confirmed = exitCode == ExitCode.OK ? sent : 0;
        // Dropped: what a sender gives up before it reaches the socket. This one never does; it waits.
        console.note("sent " + sent + ", confirmed " + confirmed + ", in doubt " + (sent - confirmed) + ", dropped 0");
        return exitCode;
    }

    private int sendAndConfirm() {
        try {
            sendAll();
            if (hasEnded(connectionEnded)) {
                return closedByBroker();
            }
            connection.goodbye();
            return awaitConfirmation();
        } catch (IOException e) {
            endDetail = " (" + Connection.reasonOf(e) + ")";
            return closedByBroker();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.INTERRUPTED;
        }
    }

    private void sendAll() throws IOException, InterruptedException {
        connection.subscribe(NOWHERE);
        nextAtNs = System.nanoTime();
        while (sent < plan.count && !hasEnded(over)) {
            if (plan.intervalNs > 0) {
                awaitNextTime();
                if (hasEnded(over)) {
                    return;
                }
            }
            connection.publish(destination, plan.payloads.apply(sent + 1));
            sent++;
        }
    }

    private void awaitNextTime() throws IOException, InterruptedException {
        long now = System.nanoTime();
        if (nextAtNs - now > 0) {
            connection.flush();
            boolean unused = over.await(nextAtNs - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
        // After a long stop of the broker the pace goes on; what was missed is not sent in one burst.
        nextAtNs = now - nextAtNs > MAX_BACKLOG_NS ? now : nextAtNs;
        nextAtNs += plan.intervalNs;
    }

    private int awaitConfirmation() throws InterruptedException {
        if (!connectionEnded.await(confirmationTimeoutMs, TimeUnit.MILLISECONDS)) {
            console.error("the broker did not confirm within " + Seconds.text(confirmationTimeoutMs * 1_000_000)
                    + " s: it may be holding this sender back because a queue is full, or it does not know goodbye");
            return ExitCode.FAILED;
        }
        return endDetail.isEmpty() ? ExitCode.OK : closedByBroker();
    }

    private int closedByBroker() {
        if (aborted) {
            console.error("ended without the broker's confirmation: it is holding this sender back, or not answering");
            return ExitCode.FAILED;
        }
        if (connection.isYoung()) {
            console.error(connection.refusal(endDetail));
            return ExitCode.REFUSED;
        }
        console.error("the broker closed the connection after " + sent + (sent == 1 ? " message" : " messages")
                + endDetail + "; the broker's log says why");
        return ExitCode.FAILED;
    }

    private void watchForEnd() {
        try {
            byte[] ignored = new byte[1024];
            while (connection.in().read(ignored) >= 0) {
                // Nobody asked for these bytes.
            }
        } catch (IOException e) {
            endDetail = " (" + Connection.reasonOf(e) + ")";
        }
        connectionEnded.countDown();
        over.countDown();
    }

    private static boolean hasEnded(CountDownLatch latch) {
        return latch.getCount() == 0;
    }

    @Override
    public void stop() {
        over.countDown();
    }

    @Override
    public void abort() {
        aborted = true;
        connection.close();
    }

    @Override
    public long stopTimeoutMs() {
        // Longer, so that a confirmation that does not come is reported as such.
        return confirmationTimeoutMs + 1_000;
    }
}

package io.sluice.cli;

import io.sluice.client.ClosedException;
import io.sluice.client.PublishCounts;
import io.sluice.client.SluiceClient;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Publishes messages at a steady pace, says goodbye, waits for the confirmation, and reports what became of them.
 *
 * <p>While the broker is away, or reads nothing because a queue is full, messages wait in the client's buffer, and then the
 * pace waits too.
 */
final class Sender implements Stoppable {
    /** How far a sender may fall behind its pace and still make up for it. */
    private static final long MAX_BACKLOG_NS = TimeUnit.SECONDS.toNanos(1);

    private static final long FINISH_MS = 100;

    private static final Duration HELD_BACK = Duration.ofSeconds(1);

    /**
     * What to send, how often, how fast.
     *
     * @param count of messages at most
     * @param intervalNs from one message to the next; 0: as fast as possible
     */
    record Plan(PayloadSource payloads, long count, long intervalNs) {
        static final long FOR_EVER = Long.MAX_VALUE;
    }

    private final SluiceClient client;
    private final String destination;
    private final Plan plan;
    private final Console console;
    private final ConnectionNews news;
    private final Duration confirmTimeout;
    private final SendProgress progress;
    /** Down when no message may follow: all are published, or somebody has ended it. */
    private final CountDownLatch over = new CountDownLatch(1);

    private volatile boolean refused;
    private volatile boolean inputFailed;
    private long published;
    private long nextAtNs;

    Sender(
            SluiceClient client,
            String destination,
            Plan plan,
            Console console,
            ConnectionNews news,
            Duration confirmTimeout) {
        this.client = client;
        this.destination = destination;
        this.plan = plan;
        this.console = console;
        this.news = news;
        this.confirmTimeout = confirmTimeout;
        this.progress = new SendProgress(console, plan.count, System.nanoTime());
    }

    @Override
    public int run() throws IOException, InterruptedException {
        news.refused().thenAccept(line -> {
            console.error(line);
            refused = true;
            over.countDown();
        });
        Thread publisher = new Thread(this::publishUntilOver, "publish");
        publisher.setDaemon(true);
        publisher.start();
        over.await();
        // It may be waiting for room, or for standard input, which nothing can interrupt.
        publisher.join(FINISH_MS);
        PublishCounts counts = confirm();
        console.note("sent " + counts.sent() + ", confirmed " + counts.confirmed() + ", in doubt " + counts.inDoubt()
                + ", dropped " + counts.dropped());
        if (refused) {
            return ExitCode.REFUSED;
        }
        return inputFailed || !counts.allConfirmed() ? ExitCode.FAILED : ExitCode.OK;
    }

    private void publishUntilOver() {
        try {
            publishAll();
        } catch (ClosedException | InterruptedException e) {
            // Somebody else has ended it; the counts tell.
        } catch (IOException e) {
            console.error("cannot read the messages to send: " + e.getMessage());
            inputFailed = true;
        } finally {
            over.countDown();
        }
    }

    private PublishCounts confirm() {
        // Who is refused needs no more patience.
        Duration patience = refused ? Duration.ZERO : confirmTimeout;
        long beganNs = System.nanoTime();
        PublishCounts counts = client.close(patience);
        if (!refused && !counts.allConfirmed() && System.nanoTime() - beganNs >= patience.toNanos()) {
            console.error("the broker did not confirm within " + Seconds.text(patience.toNanos())
                    + " s: it may be away, or holding this sender back because a queue is full");
        }
        return counts;
    }

    private void publishAll() throws IOException, InterruptedException {
        nextAtNs = System.nanoTime();
        while (published < plan.count && !isOver()) {
            if (plan.intervalNs > 0) {
                awaitNextTime();
                if (isOver()) {
                    return;
                }
            }
            byte[] payload = plan.payloads.payload(published + 1);
            if (payload == null) {
                return;
            }
            if (!publish(payload)) {
                return;
            }
            published++;
            progress.sent(published);
        }
    }

    // Returns whether it was taken.
    private boolean publish(byte[] payload) throws ClosedException, InterruptedException {
        boolean told = false;
        while (true) {
            try {
                client.publish(destination, payload, HELD_BACK);
                if (told) {
                    console.note("going on");
                }
                return true;
            } catch (TimeoutException e) {
                if (isOver()) {
                    return false;
                }
                if (!told) {
                    console.note("held back: " + client.waitingBytes()
                            + " bytes wait, and the broker takes none; it is away, " + "or a queue is full");
                    told = true;
                }
            }
        }
    }

    private void awaitNextTime() throws InterruptedException {
        long now = System.nanoTime();
        if (nextAtNs - now > 0) {
            boolean unused = over.await(nextAtNs - now, TimeUnit.NANOSECONDS);
        }
        // After a long stop of the broker the pace goes on; what was missed is not sent in one burst.
        nextAtNs = now - nextAtNs > MAX_BACKLOG_NS ? now : nextAtNs;
        nextAtNs += plan.intervalNs;
    }

    private boolean isOver() {
        return over.getCount() == 0;
    }

    @Override
    public void stop() {
        over.countDown();
    }

    @Override
    public long stopTimeoutMs() {
        // Longer, so that a confirmation that does not come is reported as such.
        return confirmTimeout.plus(HELD_BACK).toMillis() + 1_000;
    }
}

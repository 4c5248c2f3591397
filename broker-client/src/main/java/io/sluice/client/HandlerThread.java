package io.sluice.client;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands the messages of one subscription to its handler, one after the other, until there will be no more. */
final class HandlerThread extends Thread {
    private static final Logger LOG = LoggerFactory.getLogger(HandlerThread.class);
    private static final long LOG_EVERY_NS = TimeUnit.MINUTES.toNanos(1);

    private final String destination;
    private final Inbox inbox;
    private final MessageHandler handler;
    private final Runnable done;
    private final AtomicLong failures = new AtomicLong();
    private long loggedAtNs;
    private long failuresLogged;
    private volatile boolean stopped;

    /** @param done is run when the last message has been handled */
    HandlerThread(String destination, Inbox inbox, MessageHandler handler, Runnable done) {
        super("sluice-handler " + destination);
        this.destination = destination;
        this.inbox = inbox;
        this.handler = handler;
        this.done = done;
        setDaemon(true);
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                handle(inbox.take(Long.MAX_VALUE));
            }
        } catch (ClosedException e) {
            // That was the last one.
        } catch (TimeoutException | InterruptedException e) {
            LOG.error("the handler of {} was interrupted and gets no more messages", destination);
        } finally {
            done.run();
        }
    }

    /** Lets the handler finish the message it has, and gives it no other. */
    void stopSoon() {
        stopped = true;
    }

    long failures() {
        return failures.get();
    }

    private void handle(Message message) {
        try {
            handler.onMessage(message);
        } catch (Throwable e) {
            // Errors too: the handler is not ours, and the next message may be one it can handle.
            failed(message, e);
        }
        // The handler's own affair: nobody else interrupts this thread.
        boolean unused = Thread.interrupted();
    }

    private void failed(Message message, Throwable e) {
        long count = failures.incrementAndGet();
        long now = System.nanoTime();
        if (failuresLogged > 0 && now - loggedAtNs < LOG_EVERY_NS) {
            return;
        }
        LOG.error(
                "the handler of {} failed at a {} ({} failures so far, {} since the last such line); it goes on with the"
                        + " next",
                destination,
                message,
                count,
                count - failuresLogged,
                e);
        loggedAtNs = now;
        failuresLogged = count;
    }
}

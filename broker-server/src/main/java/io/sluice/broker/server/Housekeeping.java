package io.sluice.broker.server;

import io.sluice.broker.delivery.SlowLines;
import io.sluice.broker.destination.DestinationRegistry;
import io.sluice.broker.destination.MemoryPushBack;
import io.sluice.broker.transport.CloseLog;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread for what nobody waits for: forgetting queues, warnings about long waits, suppressed log lines. */
final class Housekeeping {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread created = new Thread(task, "sluice-housekeeping");
        created.setDaemon(true);
        return created;
    });

    Housekeeping(
            DestinationRegistry destinations, MemoryPushBack memoryPushBack, CloseLog closeLog, SlowLines slowLines) {
        every(100, memoryPushBack::tick);
        every(1000, destinations::tick);
        every(1000, closeLog::tick);
        every(1000, slowLines::tick);
    }

    /** Runs something again and again, that many milliseconds apart; a fault is logged and ends nothing. */
    Future<?> every(long periodMs, Runnable task) {
        return thread.scheduleWithFixedDelay(() -> runLogged(task), periodMs, periodMs, TimeUnit.MILLISECONDS);
    }

    private static void runLogged(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("housekeeping failed, and will be tried again", e);
        }
    }

    /** Ends after what it is doing now: an interrupt would close a file that is being written. Waits for a second. */
    void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(1, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}

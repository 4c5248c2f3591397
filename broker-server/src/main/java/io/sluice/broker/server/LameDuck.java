package io.sluice.broker.server;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.Durations;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.delivery.SendQueue;
import io.sluice.broker.destination.Destination;
import io.sluice.broker.destination.DestinationRegistry;
import io.sluice.broker.session.Session;
import io.sluice.broker.session.Sessions;
import io.sluice.broker.transport.Listener;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets all clients of a broker go without hurry, so that none loses a message and not all come to its neighbour at once: takes
 * no new connections, reads publishers until they are silent, lets queues run empty, then lets subscribers leave one after the
 * other, each with what is held for it.
 *
 * <p>Runs on a thread of its own; what it asks of a client is done by that client's loop.
 */
@AnyThread
final class LameDuck {
    private static final Logger LOG = LoggerFactory.getLogger("io.sluice.shutdown");
    private static final long POLL_MS = 20;

    /** A subscriber that has taken nothing for so long is not waited for. */
    private static final long STALLED_MS = 5000;

    private final Listener listener;
    private final Sessions sessions;
    private final DestinationRegistry destinations;
    private final NanoClock clock;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private @Nullable Thread thread;
    private boolean stopped;

    LameDuck(Listener listener, Sessions sessions, DestinationRegistry destinations, NanoClock clock) {
        this.listener = listener;
        this.sessions = sessions;
        this.destinations = destinations;
        this.clock = clock;
    }

    /** Begins, unless it has begun or the broker stops. */
    synchronized CompletionStage<Void> start(DrainPlan plan) {
        if (thread == null && !stopped) {
            Thread created = new Thread(() -> run(plan), "sluice-drain");
            created.setDaemon(true);
            created.start();
            thread = created;
        }
        return done();
    }

    /** Complete when all clients have gone, or all have been waited for. */
    CompletionStage<Void> done() {
        return done.minimalCompletionStage();
    }

    synchronized boolean hasStarted() {
        return thread != null;
    }

    /** Goes no further: the broker stops. */
    void stop() {
        Thread running;
        synchronized (this) {
            stopped = true;
            running = thread;
        }
        if (running != null && running != Thread.currentThread()) {
            running.interrupt();
        }
    }

    private void run(DrainPlan plan) {
        try {
            letGo(plan);
            done.complete(null);
        } catch (InterruptedException e) {
            // The broker stops meanwhile, and lets everybody go in its own way.
            done.complete(null);
        } catch (RuntimeException | Error e) {
            LOG.error("draining failed; the broker ends as on SIGTERM", e);
            done.complete(null);
        }
    }

    private void letGo(DrainPlan plan) throws InterruptedException {
        listener.stopAccepting();
        LOG.info(
                "draining: no new connections; {} clients that only publish are read until they are silent for a second, then"
                        + " {} subscribers leave over {}",
                publishers().size(),
                subscribers().size(),
                Durations.print(plan.leaveOverMs()));
        sessions.releaseSilentPublishers();
        if (!await(plan.patienceMs(), () -> publishers().isEmpty())) {
            LOG.warn(
                    "draining: {} clients still publish after {}, and are closed; raise shutdown.patience, or stop them first",
                    publishers().size(),
                    Durations.print(plan.patienceMs()));
            publishers().forEach(session -> session.connection().execute(session::finish));
        }
        if (!await(plan.patienceMs(), () -> !isAnyQueueRead())) {
            LOG.warn(
                    "draining: queues still hold messages after {}; what their last subscribers leave is lost",
                    Durations.print(plan.patienceMs()));
        }
        releaseSubscribers(plan);
        await(plan.patienceMs(), () -> sessions.all().isEmpty());
        LOG.info("draining: done, {} clients are left", sessions.all().size());
    }

    /** Evenly spread, in no order, but for those that do not read: what they hold of a queue goes to others. */
    private void releaseSubscribers(DrainPlan plan) throws InterruptedException {
        List<Session> leavers = new ArrayList<>(subscribers());
        Collections.shuffle(leavers);
        long nowNs = clock.nowNs();
        leavers.sort((one, other) -> Boolean.compare(reads(one, nowNs), reads(other, nowNs)));
        long spreadNs = TimeUnit.MILLISECONDS.toNanos(plan.leaveOverMs());
        int gone = 0;
        while (gone < leavers.size()) {
            double share = spreadNs == 0 ? 1 : Math.min(1, (clock.nowNs() - nowNs) / (double) spreadNs);
            for (int due = (int) Math.ceil(share * leavers.size()); gone < due; gone++) {
                release(leavers.get(gone), plan);
            }
            Thread.sleep(POLL_MS);
        }
        // Who came since: connected before, and only now subscribed.
        subscribers().forEach(session -> release(session, plan));
    }

    private static void release(Session session, DrainPlan plan) {
        session.connection().execute(() -> session.release(plan.patienceMs()));
    }

    /** Whether a queue holds messages that a subscriber of it takes. */
    private boolean isAnyQueueRead() {
        long nowNs = clock.nowNs();
        return destinations.all().stream().anyMatch(LameDuck::holds)
                && subscribers().stream().anyMatch(session -> session.isOfQueueWithWaiting() && reads(session, nowNs));
    }

    private static boolean holds(Destination destination) {
        return destination.takesBack() && destination.snapshot().waitingMessages() > 0;
    }

    private static boolean reads(Session session, long nowNs) {
        SendQueue queue = session.sendQueue();
        return queue == null || queue.heldMessages() == 0 || queue.stalledMs(nowNs) < STALLED_MS;
    }

    private List<Session> publishers() {
        return sessions.all().stream()
                .filter(session -> session.sendQueue() == null)
                .toList();
    }

    private List<Session> subscribers() {
        return sessions.all().stream()
                .filter(session -> session.sendQueue() != null)
                .toList();
    }

    /** Returns whether it came to be so in time. */
    private boolean await(long atMostMs, BooleanSupplier condition) throws InterruptedException {
        long deadlineNs = clock.nowNs() + TimeUnit.MILLISECONDS.toNanos(atMostMs);
        while (!condition.getAsBoolean()) {
            if (clock.nowNs() - deadlineNs > 0) {
                return false;
            }
            Thread.sleep(POLL_MS);
        }
        return true;
    }
}

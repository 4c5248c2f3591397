package io.sluice.broker.server;

import io.sluice.broker.base.NanoClock;
import io.sluice.broker.base.Shown;
import io.sluice.broker.delivery.SendQueue;
import io.sluice.broker.destination.Destination;
import io.sluice.broker.destination.DestinationRegistry;
import io.sluice.broker.destination.DestinationSnapshot;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.SubscriberSnapshot;
import io.sluice.broker.session.Session;
import io.sluice.broker.session.Sessions;
import io.sluice.broker.transport.Connection;
import io.sluice.broker.transport.Connections;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a broker: publishers are no longer read, what is queued for subscribers that read goes out, everybody is
 * closed in good order, and what had to be given up is logged.
 */
final class Drain {
    private static final Logger LOG = LoggerFactory.getLogger("io.sluice.shutdown");
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(20);

    /** A subscriber that has taken nothing for so long is not waited for. */
    private static final long STALLED_MS = 1500;

    private static final int LINES = 1000;
    private static final long CLOSE_NS = TimeUnit.MILLISECONDS.toNanos(800);

    private final Sessions sessions;
    private final Connections connections;
    private final DestinationRegistry destinations;
    private final NanoClock clock;

    Drain(Sessions sessions, Connections connections, DestinationRegistry destinations, NanoClock clock) {
        this.sessions = sessions;
        this.connections = connections;
        this.destinations = destinations;
        this.clock = clock;
    }

    /** Runs to its end, on the calling thread, which must not be an event loop. */
    void run(long timeoutMs) {
        long deadlineNs = clock.nowNs() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        // Parking would return at once on a thread that is interrupted.
        boolean interrupted = Thread.interrupted();
        sessions.stopPublishing();
        int quietPolls = 0;
        // Twice in a row: a subscriber that was just emptied may be about to get more from its queue.
        while (quietPolls < 2 && clock.nowNs() - deadlineNs < 0) {
            LockSupport.parkNanos(POLL_NS);
            quietPolls = isAnybodyReading() ? 0 : quietPolls + 1;
        }
        logGivenUp();
        sessions.all().forEach(session -> session.connection().execute(session::finish));
        long closeByNs = clock.nowNs() + CLOSE_NS;
        while (!sessions.all().isEmpty() && clock.nowNs() - closeByNs < 0) {
            LockSupport.parkNanos(POLL_NS);
        }
        for (Connection connection : connections.all()) {
            connection.close(CloseReason.SHUTDOWN, "");
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isAnybodyReading() {
        long nowNs = clock.nowNs();
        for (Session session : sessions.all()) {
            SendQueue queue = session.sendQueue();
            if (queue != null && queue.heldMessages() > 0 && queue.stalledMs(nowNs) < STALLED_MS) {
                return true;
            }
        }
        return false;
    }

    private void logGivenUp() {
        Map<String, long[]> givenUp = new TreeMap<>();
        for (Destination destination : destinations.all()) {
            DestinationSnapshot snapshot = destination.snapshot();
            add(givenUp, snapshot.name(), snapshot.waitingMessages(), snapshot.waitingBytes());
        }
        for (SubscriberSnapshot subscriber : sessions.subscribers()) {
            add(givenUp, subscriber.destination(), subscriber.heldMessages(), subscriber.heldBytes());
        }
        givenUp.entrySet().stream()
                .limit(LINES)
                .forEach(entry -> LOG.warn(
                        "given up at shutdown: at most {} messages, {} bytes of memory, of {}",
                        entry.getValue()[0],
                        entry.getValue()[1],
                        Shown.whole(entry.getKey())));
        if (givenUp.size() > LINES) {
            LOG.warn("given up at shutdown: messages of {} more destinations", givenUp.size() - LINES);
        }
    }

    private static void add(Map<String, long[]> sums, String name, long messages, long bytes) {
        if (messages > 0) {
            long[] sum = sums.computeIfAbsent(name, unused -> new long[2]);
            sum[0] += messages;
            sum[1] += bytes;
        }
    }
}

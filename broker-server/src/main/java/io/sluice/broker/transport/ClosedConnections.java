package io.sluice.broker.transport;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.HeldUnder;
import io.sluice.broker.metrics.ConnectionSnapshot;
import io.sluice.broker.metrics.SlowEpisode;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/** The connections that closed last, as they were then. About 1 KiB each; with the longest names and many slow episodes 4. */
@AnyThread
final class ClosedConnections {
    private final int max;

    /** Newest first. */
    @HeldUnder("this")
    private final ArrayDeque<Closed> closed = new ArrayDeque<>();

    private record Closed(ConnectionSnapshot connection, List<SlowEpisode> slowEpisodes) {}

    /** @param max how many are remembered */
    ClosedConnections(int max) {
        this.max = max;
    }

    void add(Connection connection) {
        Closed last = new Closed(connection.snapshot(), connection.slowEpisodes());
        synchronized (this) {
            if (closed.size() == max) {
                closed.removeLast();
            }
            closed.addFirst(last);
        }
    }

    /** Newest first. */
    synchronized List<ConnectionSnapshot> all() {
        return closed.stream().map(Closed::connection).toList();
    }

    synchronized Optional<List<SlowEpisode>> slowEpisodes(String id) {
        return closed.stream()
                .filter(last -> last.connection().id().equals(id))
                .findFirst()
                .map(Closed::slowEpisodes);
    }
}

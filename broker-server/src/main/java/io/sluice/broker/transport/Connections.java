package io.sluice.broker.transport;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.metrics.ConnectionSnapshot;
import io.sluice.broker.metrics.SlowEpisode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** All open connections, up to a bound, and the last that closed. */
@AnyThread
public final class Connections {
    /** How many closed connections are remembered. */
    private static final int CLOSED_REMEMBERED = 10_000;

    private volatile int max;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong ever = new AtomicLong();
    private final Map<String, Connection> connections = new ConcurrentHashMap<>();
    private final ClosedConnections closed;

    /** @param max how many may be open at once */
    public Connections(int max) {
        this(max, CLOSED_REMEMBERED);
    }

    /** @param closedRemembered how many are remembered after they closed */
    Connections(int max, int closedRemembered) {
        this.max = max;
        this.closed = new ClosedConnections(closedRemembered);
    }

    /** Changes how many may be open at once; those that are open stay. */
    public void setMax(int max) {
        this.max = max;
    }

    /** Takes a place; false when all are taken. */
    boolean tryEnter() {
        if (open.incrementAndGet() > max) {
            open.decrementAndGet();
            return false;
        }
        return true;
    }

    String nextId() {
        return "c-" + ever.incrementAndGet();
    }

    void add(Connection connection) {
        connections.put(connection.id(), connection);
    }

    /** It has closed, and is remembered as it is now. */
    void remove(Connection connection) {
        closed.add(connection);
        connections.remove(connection.id());
    }

    /** Gives a place back. */
    void leave() {
        open.decrementAndGet();
    }

    public int open() {
        return open.get();
    }

    public int max() {
        return max;
    }

    public Collection<Connection> all() {
        return connections.values();
    }

    /** An open connection; null if there is none of that id. */
    public @Nullable Connection find(String id) {
        return connections.get(id);
    }

    /** The last 10,000 that closed, newest first. Who was refused because too many were open is not among them. */
    public List<ConnectionSnapshot> closed() {
        return closed.all();
    }

    /** The last slow episodes of a connection that is open or still remembered, newest first. */
    public Optional<List<SlowEpisode>> slowEpisodes(String id) {
        Connection open = connections.get(id);
        return open == null ? closed.slowEpisodes(id) : Optional.of(open.slowEpisodes());
    }
}

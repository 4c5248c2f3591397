package io.sluice.broker.transport;

import io.sluice.broker.base.AnyThread;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** All open connections, up to a bound. */
@AnyThread
public final class Connections {
    private volatile int max;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong ever = new AtomicLong();
    private final Map<Connection, Boolean> connections = new ConcurrentHashMap<>();

    /** @param max how many may be open at once */
    public Connections(int max) {
        this.max = max;
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
        connections.put(connection, true);
    }

    void remove(Connection connection) {
        connections.remove(connection);
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
        return connections.keySet();
    }
}

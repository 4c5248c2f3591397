package io.sluice.broker.transport;

import io.netty.channel.EventLoop;
import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.config.TransportConfig;
import io.sluice.broker.metrics.LoopDelay;
import io.sluice.broker.metrics.LoopDelayMeter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Tells the connections of one event loop the time, twice a second: one timer for all of them, and not one for each
 * timeout of each connection.
 */
@OwnLoop
final class LoopTicker {
    static final long EVERY_MS = 500;

    private static final long EVERY_NS = TimeUnit.MILLISECONDS.toNanos(EVERY_MS);

    /** Two seconds: a client that goes while it is not read is to be noticed within five. */
    private static final int TICKS_PER_LOOK = 4;

    private final NanoClock clock;
    private final Set<Connection> connections = new LinkedHashSet<>();

    private final LoopDelayMeter delays;

    private long ticks;

    LoopTicker(EventLoop loop, NanoClock clock) {
        this.clock = clock;
        this.delays = new LoopDelayMeter(clock.nowNs() + EVERY_NS);
        loop.scheduleWithFixedDelay(this::tick, EVERY_MS, EVERY_MS, TimeUnit.MILLISECONDS);
    }

    void add(Connection connection) {
        connections.add(connection);
    }

    void remove(Connection connection) {
        connections.remove(connection);
    }

    /** Tells all connections of the loop that settings have changed. */
    void takeSettings(TransportConfig config) {
        for (Connection connection : List.copyOf(connections)) {
            try {
                connection.takeSettings(config);
            } catch (Throwable e) {
                connection.fail(e);
            }
        }
    }

    /** How late its ticks come. */
    @AnyThread
    LoopDelay delay(String loop) {
        return delays.snapshot(loop, clock.nowNs());
    }

    private void tick() {
        delays.came(clock.nowNs());
        try {
            tickAll();
        } finally {
            delays.expect(clock.nowNs() + EVERY_NS);
        }
    }

    private void tickAll() {
        if (++ticks % TICKS_PER_LOOK == 0) {
            lookAtUnread();
        }
        long nowNs = clock.nowNs();
        // A copy: a connection that is closed now may leave the set at once.
        for (Connection connection : List.copyOf(connections)) {
            try {
                connection.tick(nowNs);
            } catch (Throwable e) {
                // One connection's fault must not end the timeouts of all others.
                connection.fail(e);
            }
        }
    }

    private void lookAtUnread() {
        List<Connection> unread =
                connections.stream().filter(Connection::isOutOfSight).toList();
        if (!unread.isEmpty()) {
            TcpTable table = TcpTable.read();
            unread.forEach(connection -> connection.look(table));
        }
    }
}

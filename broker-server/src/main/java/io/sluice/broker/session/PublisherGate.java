package io.sluice.broker.session;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.destination.Destination;
import io.sluice.broker.destination.MemoryPushBack;
import io.sluice.broker.destination.Publisher;
import io.sluice.broker.transport.Connection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Stops reading a connection while anything it publishes to pushes back. */
final class PublisherGate implements Publisher {
    private final Connection connection;
    private final MemoryPushBack memoryPushBack;
    private final NanoClock clock;
    private final AtomicInteger pauses = new AtomicInteger();

    /** Changed by the own loop. */
    private final Set<Destination> pushingBack = ConcurrentHashMap.newKeySet();

    /** Since when it has been paused, while it is. Written by the own loop. */
    private volatile long pausedNs;

    /** Written by the own loop. */
    private volatile boolean closed;

    PublisherGate(Connection connection, MemoryPushBack memoryPushBack, NanoClock clock) {
        this.connection = connection;
        this.memoryPushBack = memoryPushBack;
        this.clock = clock;
        this.pausedNs = clock.nowNs();
    }

    /** On the publisher's own loop only: what it publishes is routed there. */
    @Override
    @OwnLoop
    public void pause() {
        if (pauses.getAndIncrement() == 0) {
            pausedNs = clock.nowNs();
            connection.pauseReading();
        }
    }

    @Override
    @AnyThread
    public void resume() {
        if (pauses.decrementAndGet() == 0) {
            connection.execute(this::resumeIfOpen);
        }
    }

    @OwnLoop
    private void resumeIfOpen() {
        if (!isPaused() && !closed) {
            pushingBack.clear();
            connection.resumeReading();
        }
    }

    @AnyThread
    boolean isPaused() {
        return pauses.get() > 0;
    }

    /** For how long it has been paused, in ms, at least 1; 0 if it is not, or sends no more. */
    @AnyThread
    long pausedMs() {
        return isPaused() && !closed ? Math.max(1, TimeUnit.NANOSECONDS.toMillis(clock.nowNs() - pausedNs)) : 0;
    }

    /** The destination it waits for, or {@code memory}. */
    @AnyThread
    String pausedBy() {
        return pushingBack.stream()
                .filter(destination -> destination.isWaiting(this))
                .findFirst()
                .map(destination -> destination.name().toString())
                .orElse("memory");
    }

    /** Remembers who pushed back, to be told when this publisher goes. */
    @OwnLoop
    void pushedBackBy(Destination destination) {
        pushingBack.add(destination);
    }

    /** The publisher sends no more: nobody need resume it. */
    @OwnLoop
    void close() {
        closed = true;
        pushingBack.forEach(destination -> destination.forget(this));
        pushingBack.clear();
        memoryPushBack.forget(this);
    }

    @Override
    public String describe() {
        return connection.toString();
    }
}

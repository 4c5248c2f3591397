package io.sluice.broker.session;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.destination.Destination;
import io.sluice.broker.destination.MemoryPushBack;
import io.sluice.broker.destination.Publisher;
import io.sluice.broker.transport.Connection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Stops reading a connection while anything it publishes to pushes back. */
final class PublisherGate implements Publisher {
    private final Connection connection;
    private final MemoryPushBack memoryPushBack;
    private final AtomicInteger pauses = new AtomicInteger();

    @OwnLoop
    private final Set<Destination> pushingBack = new HashSet<>();

    @OwnLoop
    private boolean closed;

    PublisherGate(Connection connection, MemoryPushBack memoryPushBack) {
        this.connection = connection;
        this.memoryPushBack = memoryPushBack;
    }

    /** On the publisher's own loop only: what it publishes is routed there. */
    @Override
    @OwnLoop
    public void pause() {
        if (pauses.getAndIncrement() == 0) {
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

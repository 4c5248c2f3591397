package io.sluice.broker.server;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.delivery.Watch;
import io.sluice.broker.destination.Destination;
import io.sluice.broker.destination.DestinationRegistry;
import io.sluice.broker.message.DestinationName;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Those who look on at topics, of whom there may be so many at once. */
@AnyThread
final class Watches {
    /** Each holds up to 1 MiB. */
    static final int MAX = 64;

    private final DestinationRegistry destinations;
    private final NanoClock clock;
    private final Set<Watch> open = ConcurrentHashMap.newKeySet();
    private boolean closed;

    Watches(DestinationRegistry destinations, NanoClock clock) {
        this.destinations = destinations;
        this.clock = clock;
    }

    /** Empty if there is no room for one more, or for one more destination. */
    synchronized Optional<Watch> open(DestinationName topic) {
        if (closed || open.size() >= MAX) {
            return Optional.empty();
        }
        Watch watch = new Watch(clock, open::remove);
        Destination destination = destinations.subscribe(topic, watch);
        if (destination == null) {
            return Optional.empty();
        }
        watch.attach(destination);
        open.add(watch);
        return Optional.of(watch);
    }

    /** The broker stops. */
    void close() {
        synchronized (this) {
            closed = true;
        }
        List.copyOf(open).forEach(Watch::close);
    }
}

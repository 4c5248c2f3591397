package io.sluice.broker.destination;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.HeldUnder;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.message.DestinationKind;
import io.sluice.broker.message.DestinationName;
import io.sluice.broker.message.PageStore;
import io.sluice.broker.metrics.BrokerCounters;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All destinations by name, up to a bound. Topics come with their first subscriber and go with the last; queues come
 * with the first use and go when nobody has used them for a while.
 */
@AnyThread
public final class DestinationRegistry {
    private final Map<DestinationName, Destination> destinations = new ConcurrentHashMap<>();
    private final Object creating = new Object();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong creations = new AtomicLong();
    private volatile long forgetAfterNs;
    private final Function<DestinationName, QueueSettings> queueSettings;
    private final DestinationContext context;

    @HeldUnder("creating")
    private int max;

    /**
     * @param max how many destinations may exist at once
     * @param forgetAfterNs how long a queue without subscriber, message and publish is kept
     * @param queueSettings asked when a queue comes into being, and for all of them when settings have changed
     * @param pages for what goes to many subscribers
     */
    public DestinationRegistry(
            int max,
            long forgetAfterNs,
            Function<DestinationName, QueueSettings> queueSettings,
            NanoClock clock,
            BrokerCounters counters,
            PageStore pages) {
        this.max = max;
        this.forgetAfterNs = forgetAfterNs;
        this.queueSettings = queueSettings;
        this.context = new DestinationContext(
                clock, counters, pages, new PushBackLog(), () -> this.forgetAfterNs, this::remove);
    }

    /**
     * Takes over other bounds, and for each queue what {@code queueSettings} says now. If there are more destinations than
     * allowed, they stay.
     */
    public void reload(int max, long forgetAfterNs) {
        this.forgetAfterNs = forgetAfterNs;
        synchronized (creating) {
            // From here on new queues have the new settings, and those that have the old ones are in the map.
            this.max = max;
        }
        for (Destination destination : destinations.values()) {
            if (destination.name().kind() == DestinationKind.QUEUE) {
                destination.change(queueSettings.apply(destination.name()));
            }
        }
    }

    /** The destination, or null where there is none of that name. */
    public @Nullable Destination find(DestinationName name) {
        return destinations.get(name);
    }

    /**
     * The destination, which comes into being if there is none.
     *
     * @return null when that would be one too many
     */
    public @Nullable Destination findOrCreate(DestinationName name) {
        Destination existing = destinations.get(name);
        if (existing != null) {
            return existing;
        }
        // One at a time: of two who create the same name, the second creates nothing and must not be refused.
        synchronized (creating) {
            Destination first = destinations.get(name);
            if (first != null || count.get() >= max) {
                return first;
            }
            Destination created = name.kind() == DestinationKind.QUEUE
                    ? new QueueDestination(name, queueSettings.apply(name), context)
                    : new TopicDestination(name, context);
            count.incrementAndGet();
            destinations.put(name, created);
            creations.incrementAndGet();
            return created;
        }
    }

    /**
     * Subscribes, creating the destination if need be. A topic nobody has subscribed to is not found by publishers.
     *
     * @return null when it would be one destination too many
     */
    public @Nullable Destination subscribe(DestinationName name, Subscriber subscriber) {
        while (true) {
            Destination destination = findOrCreate(name);
            if (destination == null || destination.subscribe(subscriber)) {
                return destination;
            }
            // Forgotten meanwhile; whoever forgot it takes it out of the map.
            Thread.onSpinWait();
        }
    }

    /** Changes whenever a destination comes into being: a name not found before may be found now. */
    public long creations() {
        return creations.get();
    }

    private void remove(Destination destination) {
        synchronized (creating) {
            if (destinations.remove(destination.name(), destination)) {
                count.decrementAndGet();
            }
        }
    }

    /** To be called once a second. */
    public void tick() {
        long nowNs = context.clock().nowNs();
        destinations.values().forEach(destination -> destination.tick(nowNs));
    }

    public Collection<Destination> all() {
        return destinations.values();
    }
}

package io.sluice.broker.admin;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.message.DestinationKind;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.ConnectionSnapshot;
import io.sluice.broker.metrics.ConnectionState;
import io.sluice.broker.metrics.CounterTotals;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.metrics.LoopDelay;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The meters of the broker as a whole: each shows a number of the picture of this scrape. */
@OwnLoop
final class BrokerMeters {
    private static final String BYTES = "bytes";
    private static final String SECONDS = "seconds";
    private static final double NS = 1e-9;

    private final MeterRegistry registry;
    private final Set<String> known = new HashSet<>();
    private Map<String, Integer> connections = Map.of();
    private Map<String, LoopDelay> loops = Map.of();
    private @Nullable Picture picture;

    BrokerMeters(MeterRegistry registry) {
        this.registry = registry;
        addConnections();
        addMessages();
        addMemory();
        gauge(
                "sluice.subscribers",
                "Subscribers that are connected.",
                "",
                of -> of.subscribers().size());
        gauge("sluice.subscribers.slow", "Subscribers that do not keep up.", "", Picture::slowSubscribers);
        for (DestinationKind kind : new DestinationKind[] {DestinationKind.TOPIC, DestinationKind.QUEUE}) {
            Gauge.builder("sluice.destinations", this, self -> self.now().destinations(kind))
                    .description("Topics with subscribers, and queues.")
                    .tag("kind", kind.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
    }

    /** From now on the meters show this. */
    void show(Picture taken) {
        picture = taken;
        Map<String, Integer> counts = new HashMap<>();
        for (ConnectionSnapshot connection : taken.connections()) {
            String protocol = connection.protocol().isEmpty() ? "none" : connection.protocol();
            addProtocol(protocol);
            counts.merge(protocol + " " + connection.state(), 1, Integer::sum);
        }
        connections = counts;
        Map<String, LoopDelay> delays = new HashMap<>();
        for (LoopDelay loop : taken.loops()) {
            delays.put(loop.loop(), loop);
            addLoop(loop.loop());
        }
        loops = delays;
    }

    private Picture now() {
        return Objects.requireNonNull(picture, "nothing to show yet");
    }

    private CounterTotals totals() {
        return now().status().totals();
    }

    private void addConnections() {
        addProtocol("none");
        gauge(
                "sluice.connections.max",
                "How many connections there may be, connections.max or what descriptors allow.",
                "",
                of -> of.status().maxConnections());
        counter(
                "sluice.connections.opened",
                "Connections accepted, those included that were refused at connections.max.",
                "",
                CounterTotals::connectionsAccepted);
        for (CloseReason reason : CloseReason.values()) {
            counter(
                    "sluice.connections.closed",
                    "Connections closed, by reason.",
                    "",
                    totals -> totals.closed(reason),
                    "reason",
                    reason.text());
        }
    }

    private void addMessages() {
        counter("sluice.messages.received", "Messages read from publishers.", "", CounterTotals::messagesIn);
        counter("sluice.received", "Payload read from publishers.", BYTES, CounterTotals::bytesIn);
        counter(
                "sluice.messages.written",
                "Messages handed to subscribers' sockets; a topic's message counts once per subscriber.",
                "",
                CounterTotals::messagesWritten);
        counter("sluice.written", "Payload handed to subscribers' sockets.", BYTES, CounterTotals::bytesWritten);
        counter(
                "sluice.messages.returned",
                "Messages that came back to their queue from a subscriber that left or stalled.",
                "",
                CounterTotals::messagesReturned);
        for (DropReason reason : DropReason.values()) {
            counter(
                    "sluice.messages.dropped",
                    "Messages that reached nobody, or not this subscriber, by reason.",
                    "",
                    totals -> totals.dropped(reason),
                    "reason",
                    reason.text());
        }
        counter("sluice.push.backs", "How often a publisher was no longer read.", "", CounterTotals::pushBacks);
        counter(
                "sluice.slow.episodes",
                "How often a subscriber began not to keep up.",
                "",
                CounterTotals::slowEpisodes);
        gauge("sluice.publishers.pushed.back", "Publishers that are not read.", "", Picture::waitingPublishers);
    }

    private void addMemory() {
        gauge(
                "sluice.memory.pinned",
                "Memory kept alive by queued messages and unfinished frames.",
                BYTES,
                of -> of.status().pinnedBytes());
        gauge(
                "sluice.memory.bound",
                "The bound of that, memory.max.",
                BYTES,
                of -> of.status().maxPinnedBytes());
        addPool("direct", of -> of.status().pooledDirectBytes());
        addPool("heap", of -> of.status().pooledHeapBytes());
    }

    private void addPool(String type, ToDoubleFunction<Picture> bytes) {
        Gauge.builder("sluice.allocator.used", this, self -> bytes.applyAsDouble(self.now()))
                .description("Memory that the pool of the data path has taken, what it keeps for reuse included.")
                .baseUnit(BYTES)
                .tag("type", type)
                .register(registry);
    }

    /** Protocols are the broker's own, so there are few. */
    private void addProtocol(String protocol) {
        if (!known.add("protocol " + protocol)) {
            return;
        }
        for (ConnectionState state : ConnectionState.values()) {
            if (state != ConnectionState.CLOSED) {
                Gauge.builder(
                                "sluice.connections",
                                this,
                                self -> self.connections.getOrDefault(protocol + " " + state, 0))
                        .description("Open connections; protocol none: it is not known yet.")
                        .tags(Tags.of(
                                "protocol", protocol, "state", state.name().toLowerCase(Locale.ROOT)))
                        .register(registry);
            }
        }
    }

    private void addLoop(String loop) {
        if (!known.add("loop " + loop)) {
            return;
        }
        Gauge.builder("sluice.event.loop.delay", this, self -> self.delay(loop, LoopDelay::lastNs))
                .description("How late an event loop came to what was due, the last time.")
                .baseUnit(SECONDS)
                .tag("loop", loop)
                .register(registry);
        Gauge.builder("sluice.event.loop.delay.max", this, self -> self.delay(loop, LoopDelay::maxNs))
                .description("The same, the most within ten seconds.")
                .baseUnit(SECONDS)
                .tag("loop", loop)
                .register(registry);
    }

    private double delay(String loop, ToDoubleFunction<LoopDelay> ns) {
        LoopDelay delay = loops.get(loop);
        return delay == null ? Double.NaN : ns.applyAsDouble(delay) * NS;
    }

    private void gauge(String name, String description, String unit, ToDoubleFunction<Picture> value) {
        Gauge.Builder<BrokerMeters> builder = Gauge.builder(name, this, self -> value.applyAsDouble(self.now()))
                .description(description);
        if (!unit.isEmpty()) {
            builder.baseUnit(unit);
        }
        builder.register(registry);
    }

    private void counter(
            String name, String description, String unit, ToDoubleFunction<CounterTotals> value, String... tags) {
        FunctionCounter.Builder<BrokerMeters> builder = FunctionCounter.builder(
                        name, this, self -> value.applyAsDouble(self.totals()))
                .description(description)
                .tags(tags);
        if (!unit.isEmpty()) {
            builder.baseUnit(unit);
        }
        builder.register(registry);
    }
}

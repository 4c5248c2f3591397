package io.sluice.loadtest.benchmark;

import io.sluice.broker.base.NanoClock;
import io.sluice.broker.base.PinnedMemory;
import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.delivery.SlowLines;
import io.sluice.broker.destination.Destination;
import io.sluice.broker.destination.DestinationRegistry;
import io.sluice.broker.destination.MemoryPushBack;
import io.sluice.broker.message.DestinationName;
import io.sluice.broker.message.PageStore;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.session.DeliveryRules;
import io.sluice.broker.session.LiveSettings;
import io.sluice.broker.session.SessionContext;
import io.sluice.broker.session.Sessions;
import java.util.Objects;

/** The parts of a broker with its default settings, but without sockets, and with a memory bound nobody reaches. */
final class BrokerParts {
    final BrokerConfig config = BrokerConfig.defaults();
    final NanoClock clock = NanoClock.SYSTEM;
    final BrokerCounters counters = new BrokerCounters();
    final PinnedMemory memory = new PinnedMemory(Long.MAX_VALUE);
    final DeliveryRules rules = new DeliveryRules(config.sendQueue(), config.queues(), config.overflow());
    final DestinationRegistry destinations =
            new DestinationRegistry(10, Long.MAX_VALUE, rules::forQueue, clock, counters, PageStore.none());

    SessionContext sessionContext() {
        return new SessionContext(
                destinations,
                new LiveSettings(new LiveSettings.Values(
                        rules,
                        config.transport(),
                        config.nativeWire(),
                        config.shutdown().drainTimeoutMs())),
                memory,
                new MemoryPushBack(memory, clock, counters, () -> {}),
                counters,
                new Sessions(memory, clock),
                new SlowLines(clock),
                Frames.ALLOCATOR,
                clock);
    }

    /** A destination with so many subscribers that discard what they get. */
    Destination destination(String name, int subscribers) {
        DestinationName parsed = DestinationName.of(name);
        for (int i = 0; i < subscribers; i++) {
            destinations.subscribe(parsed, new DiscardingSubscriber());
        }
        return Objects.requireNonNull(destinations.find(parsed));
    }
}

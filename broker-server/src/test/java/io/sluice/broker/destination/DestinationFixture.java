package io.sluice.broker.destination;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.ManualClock;
import io.sluice.broker.delivery.OverflowPolicies;
import io.sluice.broker.message.BacklogBounds;
import io.sluice.broker.message.Batches;
import io.sluice.broker.message.DestinationName;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.message.PageStore;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.DropReason;
import java.util.ArrayList;
import java.util.List;

/** What is around a destination: time, counters and somebody who is told when it is forgotten. */
final class DestinationFixture {
    static final long FORGET_AFTER_MS = 60_000;
    static final BacklogBounds UNLIMITED = new BacklogBounds(Long.MAX_VALUE, Long.MAX_VALUE);

    final ManualClock clock = new ManualClock();
    final Batches batches = new Batches();
    final BrokerCounters counters = new BrokerCounters();
    final List<Destination> forgotten = new ArrayList<>();

    final DestinationContext context = new DestinationContext(
            clock, counters, PageStore.none(), new PushBackLog(), () -> FORGET_AFTER_MS * 1_000_000, forgotten::add);

    QueueDestination queue() {
        return queue(UNLIMITED, "push-back");
    }

    QueueDestination queue(BacklogBounds bounds, String policy) {
        return new QueueDestination(
                DestinationName.of("/queue/test"), new QueueSettings(bounds, OverflowPolicies.named(policy)), context);
    }

    TopicDestination topic() {
        return new TopicDestination(DestinationName.of("/topic/test"), context);
    }

    /** Messages whose payloads are these numbers, read just now. */
    MessageBatch numbered(long first, int count) {
        return batches.arrivingAt(clock.nowNs()).numbered(first, count);
    }

    MessageBatch of(String... payloads) {
        return batches.arrivingAt(clock.nowNs()).of(payloads);
    }

    long dropped(DropReason reason) {
        return counters.totals().dropped(reason);
    }

    void tick(Destination destination) {
        destination.tick(clock.nowNs());
    }

    /** Nobody holds anything. */
    void assertNothingHeld(Destination destination) {
        DestinationSnapshot snapshot = destination.snapshot();
        assertThat(snapshot.waitingMessages()).as("messages waiting").isZero();
        assertThat(snapshot.waitingBytes()).as("bytes waiting").isZero();
        batches.assertNothingHeld();
    }
}

package io.sluice.broker.destination;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.LogLines;
import io.sluice.broker.base.ManualClock;
import io.sluice.broker.base.PinnedMemory;
import io.sluice.broker.metrics.BrokerCounters;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MemoryPushBackTest {
    private final PinnedMemory memory = new PinnedMemory(1000);
    private final ManualClock clock = new ManualClock();
    private final BrokerCounters counters = new BrokerCounters();
    private int calls;
    private final MemoryPushBack pushBack = new MemoryPushBack(memory, clock, counters, () -> calls++);
    private final List<String> resumed = new ArrayList<>();
    private final RecordingPublisher publisher = new RecordingPublisher("p", resumed);

    @Test
    void pausesPublishersFrom80PercentOfTheMemoryOn() {
        memory.charge(799);
        pushBack.check(publisher);
        assertThat(publisher.isPaused()).isFalse();
        memory.charge(1);
        pushBack.check(publisher);
        pushBack.check(publisher);
        assertThat(publisher.pauses()).isEqualTo(1);
        assertThat(counters.totals().pushBacks()).isEqualTo(1);
    }

    @Test
    void letsAllGoOnBelow70PercentInTheOrderTheyStopped() {
        memory.charge(900);
        pushBack.check(publisher);
        RecordingPublisher other = new RecordingPublisher("other", resumed);
        pushBack.check(other);
        memory.discharge(200);
        pushBack.tick();
        assertThat(resumed).isEmpty();
        memory.discharge(1);
        pushBack.tick();
        assertThat(resumed).containsExactly("p", "other");
        memory.charge(500);
        pushBack.check(publisher);
        assertThat(publisher.pauses()).isEqualTo(1);
    }

    @Test
    void othersMakeRoomWhileSomebodyWaits() {
        memory.charge(900);
        pushBack.tick();
        assertThat(calls).as("nobody waits").isZero();
        pushBack.check(publisher);
        assertThat(pushBack.waitingPublishers()).isEqualTo(1);
        pushBack.tick();
        assertThat(calls).isEqualTo(1);
        memory.discharge(900);
        pushBack.tick();
        assertThat(calls).isEqualTo(1);
        assertThat(pushBack.waitingPublishers()).isZero();
    }

    @Test
    void aPublisherThatHasGoneIsNotResumed() {
        memory.charge(900);
        pushBack.check(publisher);
        pushBack.forget(publisher);
        memory.discharge(900);
        pushBack.tick();
        assertThat(resumed).isEmpty();
    }

    @Test
    void warnsOnceOfAPushBackLongerThanTenSeconds() {
        try (LogLines log = LogLines.of("io.sluice.push-back")) {
            memory.charge(900);
            pushBack.check(publisher);
            clock.advanceMs(10_000);
            pushBack.tick();
            assertThat(log.lines()).isEmpty();
            clock.advanceMs(1);
            pushBack.tick();
            pushBack.tick();
            assertThat(log.lines()).hasSize(1);
            assertThat(log.lines().get(0)).startsWith("WARN 1 publishers").contains("p first", "900 of 1000 bytes");
        }
    }
}

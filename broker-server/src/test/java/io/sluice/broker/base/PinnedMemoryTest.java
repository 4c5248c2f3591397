package io.sluice.broker.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PinnedMemoryTest {

    @ParameterizedTest
    @CsvSource({
        "0, false, true, false",
        "699, false, true, false",
        "700, false, false, false",
        "799, false, false, false",
        "800, true, false, false",
        "999, true, false, false",
        "1000, true, false, true",
        "5000, true, false, true",
    })
    void isHighFrom80PercentCalmBelow70AndFullAtTheBound(long bytes, boolean high, boolean calm, boolean full) {
        PinnedMemory memory = new PinnedMemory(1000);
        memory.charge(bytes);
        assertThat(memory.isHigh()).as("high").isEqualTo(high);
        assertThat(memory.isCalm()).as("calm").isEqualTo(calm);
        assertThat(memory.isFull()).as("full").isEqualTo(full);
        assertThat(memory.bytes()).isEqualTo(bytes);
    }

    @Test
    void tellsHowMuchMustGoUntilItIsBelow90Percent() {
        PinnedMemory memory = new PinnedMemory(1000);
        memory.charge(1234);
        assertThat(memory.excessBytes()).isEqualTo(334);
        memory.discharge(334);
        assertThat(memory.excessBytes()).isZero();
        memory.discharge(100);
        assertThat(memory.excessBytes()).isNegative();
    }

    @Test
    void doesNotOverflowWithTheLargestBound() {
        PinnedMemory memory = new PinnedMemory(Long.MAX_VALUE);
        memory.charge(Long.MAX_VALUE / 100 * 79);
        assertThat(memory.isHigh()).isFalse();
        assertThat(memory.isCalm()).isFalse();
        memory.charge(Long.MAX_VALUE / 100 * 2);
        assertThat(memory.isHigh()).isTrue();
        assertThat(memory.excessBytes()).isNegative();
    }

    @Test
    void callsForRoomOnEveryChargeThatLeavesItAtTheBoundAndOnNoOther() {
        PinnedMemory memory = new PinnedMemory(100);
        AtomicInteger calls = new AtomicInteger();
        memory.onFull(calls::incrementAndGet);
        memory.charge(99);
        assertThat(calls).hasValue(0);
        memory.charge(1);
        assertThat(calls).hasValue(1);
        memory.charge(0);
        assertThat(calls).hasValue(2);
        memory.discharge(1);
        assertThat(calls).hasValue(2);
        memory.charge(1);
        assertThat(calls).hasValue(3);
    }

    @Test
    void theCallbackSeesTheChargeAndMayMakeRoom() {
        PinnedMemory memory = new PinnedMemory(100);
        memory.charge(60);
        memory.onFull(() -> {
            assertThat(memory.bytes()).isEqualTo(110);
            memory.discharge(60);
        });
        memory.charge(50);
        assertThat(memory.bytes()).isEqualTo(50);
        assertThat(memory.isFull()).isFalse();
    }

    @Test
    void losesNoChargeWhenManyThreadsChargeAndDischarge() throws InterruptedException {
        PinnedMemory memory = new PinnedMemory(Long.MAX_VALUE);
        long seed = Seed.next();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Random random = new Random(seed + i);
            Thread thread = new Thread(() -> {
                for (int round = 0; round < 20_000; round++) {
                    long bytes = random.nextInt(1000);
                    memory.charge(bytes);
                    memory.discharge(bytes);
                }
                memory.charge(7);
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join(30_000);
        }
        assertThat(memory.bytes()).isEqualTo(4 * 7);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void refusesABoundBelowOne(long bound) {
        assertThatThrownBy(() -> new PinnedMemory(bound))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 1");
    }
}

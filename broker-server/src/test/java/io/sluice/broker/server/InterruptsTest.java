package io.sluice.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.ManualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class InterruptsTest {
    private final ManualClock clock = new ManualClock();
    private final List<String> told = new ArrayList<>();
    private final List<Integer> halts = new ArrayList<>();
    private final Interrupts interrupts = new Interrupts(() -> 8_000, told::add, halts::add);

    @Test
    void theFirstSignalOfEitherKindBeginsTheShutdown() throws InterruptedException {
        for (boolean terminate : new boolean[] {true, false}) {
            Interrupts fresh = new Interrupts(() -> 8_000, told::add, halts::add);
            CountDownLatch shutDown = new CountDownLatch(1);
            Thread waiting = new Thread(() -> {
                try {
                    fresh.awaitShutdown();
                    shutDown.countDown();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            waiting.start();
            assertThat(shutDown.getCount()).isEqualTo(1);
            if (terminate) {
                fresh.onTerminate(clock.nowNs());
            } else {
                fresh.onInterrupt(clock.nowNs());
            }
            assertThat(shutDown.await(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(told).isEmpty();
        assertThat(halts).isEmpty();
    }

    @Test
    void aBrokerThatHasLetItsClientsGoEndsAndASignalMeanwhileIsNoSecondOne() throws InterruptedException {
        interrupts.onDrained(clock.nowNs());
        interrupts.awaitShutdown();
        interrupts.onTerminate(clock.nowNs());
        interrupts.onDrained(clock.nowNs());
        assertThat(told).isEmpty();
        assertThat(halts).isEmpty();
    }

    @Test
    void anotherTerminationChangesNothing() {
        for (int i = 0; i < 5; i++) {
            interrupts.onTerminate(clock.nowNs());
        }
        assertThat(told).isEmpty();
        assertThat(halts).isEmpty();
    }

    @Test
    void theSecondInterruptSaysHowLongIsLeft() {
        interrupts.onInterrupt(clock.nowNs());
        clock.advanceMs(2_500);
        interrupts.onInterrupt(clock.nowNs());
        assertThat(told).hasSize(1);
        assertThat(told.get(0)).contains("for at most 6 s more");
        assertThat(halts).isEmpty();
    }

    @Test
    void theThirdWithinTwoSecondsEndsAtOnce() {
        interrupts.onInterrupt(clock.nowNs());
        clock.advanceMs(5_000);
        interrupts.onInterrupt(clock.nowNs());
        clock.advanceMs(2_000);
        interrupts.onInterrupt(clock.nowNs());
        assertThat(halts).containsExactly(130);
    }

    @Test
    void aLaterThirdSaysAgainHowLongIsLeft() {
        interrupts.onInterrupt(clock.nowNs());
        interrupts.onInterrupt(clock.nowNs());
        clock.advanceMs(2_001);
        interrupts.onInterrupt(clock.nowNs());
        assertThat(halts).isEmpty();
        assertThat(told).hasSize(2);
        clock.advanceMs(100);
        interrupts.onInterrupt(clock.nowNs());
        assertThat(halts).containsExactly(130);
    }

    @Test
    void theTimeLeftIsNeverNegative() {
        interrupts.onTerminate(clock.nowNs());
        clock.advanceMs(60_000);
        interrupts.onInterrupt(clock.nowNs());
        assertThat(told.get(0)).contains("for at most 0 s more");
    }
}

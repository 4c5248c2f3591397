package io.sluice.loadtest.generator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WindowTest {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final AtomicInteger reopened = new AtomicInteger();

    private Window newWindow(boolean queue) {
        return new Window(100, queue, reopened::incrementAndGet);
    }

    @Test
    void isShutWhenLessThanAQuarterIsFree() {
        Window window = newWindow(false);
        assertThat(window.take()).isEqualTo(100);
        window.sent(75);
        assertThat(window.take()).isEqualTo(25);
        window.sent(76);
        assertThat(window.take()).isZero();
    }

    @Test
    void reopensOnceWhenAQuarterIsFree() {
        Window window = newWindow(false);
        window.sent(100);
        assertThat(window.take()).isZero();

        window.arrived(24);
        assertThat(reopened).hasValue(0);
        window.arrived(1);
        window.arrived(1);
        assertThat(reopened).hasValue(1);
        assertThat(window.take()).isEqualTo(26);
    }

    @Test
    void wakesNobodyWhileItIsOpen() {
        Window window = newWindow(false);
        window.sent(50);
        window.arrived(50);

        assertThat(reopened).hasValue(0);
        assertThat(window.take()).isEqualTo(100);
    }

    @Test
    void takesWhatIsOnItsWayForGoneAfterASecondOfSilence() {
        Window window = newWindow(false);
        window.sent(100);
        assertThat(window.take()).isZero();
        long start = 5;
        window.reopenIfStuck(start);
        window.arrived(3);
        window.reopenIfStuck(start + SECOND_NS);
        window.reopenIfStuck(start + 2 * SECOND_NS - 1);
        assertThat(reopened).hasValue(0);

        window.reopenIfStuck(start + 2 * SECOND_NS);
        assertThat(reopened).hasValue(1);
        assertThat(window.take()).isEqualTo(100);
    }

    @Test
    void isNoLargerAfterATopicHasPassedWhatWasTakenForGone() {
        Window window = stuckAfter100(newWindow(false));

        window.sent(150);
        // The slowest subscriber has number 149: what was lost before it is passed over.
        window.arrived(150);
        window.sent(250);
        assertThat(window.take()).isZero();
    }

    @Test
    void isNoSmallerAfterAQueueHasLostForGood() {
        Window window = stuckAfter100(newWindow(true));

        window.sent(150);
        window.arrived(50);
        assertThat(window.take()).isEqualTo(100);
    }

    private Window stuckAfter100(Window window) {
        window.sent(100);
        assertThat(window.take()).isZero();
        window.reopenIfStuck(0);
        window.reopenIfStuck(SECOND_NS);
        assertThat(window.take()).isEqualTo(100);
        return window;
    }
}

package io.sluice.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.ManualClock;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How often the broker is looked at. */
final class ObserverTest {
    private final ManualClock clock = new ManualClock();
    private int looks;
    private long lookMs;

    private final Observer observer = new Observer(
            StandInBroker.view(() -> {
                looks++;
                clock.advanceMs(lookMs);
            }),
            clock);

    /** Looks while somebody asks every millisecond. */
    private int looksIn(long ms) {
        long beganNs = clock.nowNs();
        looks = 0;
        while (clock.nowNs() - beganNs < TimeUnit.MILLISECONDS.toNanos(ms)) {
            observer.picture();
            clock.advanceMs(1);
        }
        return looks;
    }

    @Test
    void whoAsksAgainIsShownTheSamePictureForATenthOfASecond() {
        assertThat(looksIn(1_000)).isEqualTo(10);
    }

    @Test
    void looksThatTakeLongAreTakenMoreRarely() {
        lookMs = 100;

        assertThat(looksIn(10_000)).isEqualTo(10);
    }
}

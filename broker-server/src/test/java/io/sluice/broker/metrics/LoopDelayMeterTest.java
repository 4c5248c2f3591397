package io.sluice.broker.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LoopDelayMeterTest {
    private static final long EVERY_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final LoopDelayMeter meter = new LoopDelayMeter(EVERY_NS);
    private long nowNs;

    @Test
    void lateByHowMuchItCameAfterItWasDue() {
        come(0);
        come(TimeUnit.MILLISECONDS.toNanos(20));
        LoopDelay delay = meter.snapshot("loop-1", nowNs);
        assertThat(delay.loop()).isEqualTo("loop-1");
        assertThat(delay.lastNs()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(20));
        come(TimeUnit.MILLISECONDS.toNanos(1));
        delay = meter.snapshot("loop-1", nowNs);
        assertThat(delay.lastNs()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(1));
        assertThat(delay.maxNs()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(20));
        assertThat(delay.delays().count()).isEqualTo(3);
    }

    @Test
    void theMostIsForgottenAfterTwentyTimes() {
        come(TimeUnit.SECONDS.toNanos(1));
        for (int i = 0; i < 19; i++) {
            come(0);
        }
        assertThat(meter.snapshot("", nowNs).maxNs()).isEqualTo(TimeUnit.SECONDS.toNanos(1));
        come(0);
        assertThat(meter.snapshot("", nowNs).maxNs()).isZero();
    }

    @Test
    void aLoopThatHangsIsLateBeforeItComes() {
        come(0);
        nowNs += EVERY_NS + TimeUnit.SECONDS.toNanos(3);
        LoopDelay delay = meter.snapshot("", nowNs);
        assertThat(delay.lastNs()).isEqualTo(TimeUnit.SECONDS.toNanos(3));
        assertThat(delay.maxNs()).isEqualTo(TimeUnit.SECONDS.toNanos(3));
        assertThat(delay.delays().count()).isEqualTo(1);
    }

    private void come(long lateNs) {
        nowNs += EVERY_NS + lateNs;
        meter.came(nowNs);
        meter.expect(nowNs + EVERY_NS);
    }
}

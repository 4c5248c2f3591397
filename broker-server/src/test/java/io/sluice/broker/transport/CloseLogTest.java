package io.sluice.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.LogLines;
import io.sluice.broker.base.ManualClock;
import io.sluice.broker.metrics.CloseReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CloseLogTest {
    private final ManualClock clock = new ManualClock();
    private final CloseLog log = new CloseLog(clock);
    private final LogLines lines = LogLines.of("io.sluice.close");

    @AfterEach
    void detach() {
        lines.close();
    }

    @Test
    void saysWhoWhyAndWhat() {
        log.log(CloseReason.INVALID_NAME, "c-7", "127.0.0.1:4711", "it is empty");
        assertThat(lines.lines()).containsExactly("WARN closed c-7 (127.0.0.1:4711): invalid-name: it is empty");
    }

    @Test
    void atMostFiveLinesPerReasonAndMinuteAndThenTheNumberLeftOut() {
        closeMany(CloseReason.CUT_OFF, 12);
        assertThat(lines.lines()).hasSize(5);
        clock.advanceMs(59_999);
        closeMany(CloseReason.CUT_OFF, 1);
        log.tick();
        assertThat(lines.lines()).hasSize(5);
        clock.advanceMs(1);
        log.tick();
        log.tick();
        assertThat(lines.lines()).hasSize(6);
        assertThat(lines.lines().get(5)).isEqualTo("WARN closed 8 more connections: cut-off");
        closeMany(CloseReason.CUT_OFF, 6);
        assertThat(lines.lines()).hasSize(11);
    }

    @Test
    void tellsTheNumberLeftOutWithTheNextLineThoughNobodyTicks() {
        closeMany(CloseReason.CUT_OFF, 7);
        clock.advanceMs(60_000);
        closeMany(CloseReason.CUT_OFF, 1);
        assertThat(lines.lines()).hasSize(7);
        assertThat(lines.lines().get(5)).isEqualTo("WARN closed 2 more connections: cut-off");
    }

    @Test
    void reasonsAreCountedApart() {
        closeMany(CloseReason.CUT_OFF, 10);
        closeMany(CloseReason.INVALID_NAME, 3);
        assertThat(lines.lines()).hasSize(8);
        clock.advanceMs(60_000);
        log.tick();
        assertThat(lines.lines()).hasSize(9);
    }

    @Test
    void saysNothingWhenNothingWasLeftOut() {
        closeMany(CloseReason.CUT_OFF, 5);
        clock.advanceMs(60_000);
        log.tick();
        assertThat(lines.lines()).hasSize(5);
    }

    private void closeMany(CloseReason reason, int count) {
        for (int i = 0; i < count; i++) {
            log.log(reason, "c-" + i, "127.0.0.1:4711", "detail");
        }
    }
}

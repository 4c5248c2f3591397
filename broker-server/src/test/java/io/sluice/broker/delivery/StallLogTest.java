package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.LogLines;
import io.sluice.broker.base.ManualClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StallLogTest {
    private final ManualClock clock = new ManualClock();
    private final StallLog log = new StallLog("c-1 (10.0.0.7:4711, /queue/orders)", new SlowLines(clock));
    private final LogLines lines = LogLines.of("io.sluice.slow");

    @AfterEach
    void detach() {
        lines.close();
    }

    @Test
    void saysWhoForHowLongAndWhatBecomesOfItsMessages() {
        stallAndReadAgain();
        assertThat(lines.lines())
                .containsExactly(
                        "INFO c-1 (10.0.0.7:4711, /queue/orders) took nothing for 5100 ms: it is out of the turn until it reads,"
                                + " 7 messages go to others",
                        "INFO c-1 (10.0.0.7:4711, /queue/orders) reads again and is back in the turn");
    }

    @Test
    void onePairAMinuteAndTheNextNamesThoseLeftOut() {
        for (int i = 0; i < 6; i++) {
            stallAndReadAgain();
            clock.advanceMs(10_000);
        }
        assertThat(lines.lines()).hasSize(2);

        stallAndReadAgain();
        assertThat(lines.lines()).hasSize(4);
        assertThat(lines.lines().get(2)).endsWith("(5 more times since the last such line)");
    }

    private void stallAndReadAgain() {
        log.stalled(clock.nowNs(), 5100, 7);
        log.readsAgain();
    }
}

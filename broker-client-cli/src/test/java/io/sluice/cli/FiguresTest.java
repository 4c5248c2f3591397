package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FiguresTest {
    @ParameterizedTest
    @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1.0 KiB", "67108864, 64.0 MiB", "2.5e15, 2273.7 TiB"})
    void bytesInUnitsOf1024(double bytes, String text) {
        assertThat(Figures.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.0 ms",
        "9.9, 9.9 ms",
        "12.3, 12 ms",
        "1000, 1.0 s",
        "59900, 59.9 s",
        "60000, 1m 0s",
        "3900000, 1h 5m",
        "90061000, 1d 1h"
    })
    void spansInTwoUnitsAtMost(double ms, String text) {
        assertThat(Figures.span(ms)).isEqualTo(text);
    }

    @Test
    void timesAsClockAndAsAgo() {
        Instant now = Instant.parse("2026-11-21T11:01:02Z");

        assertThat(Figures.clock("2026-11-21T11:01:02.345Z")).isEqualTo("11:01:02");
        assertThat(Figures.clock("never")).isEqualTo("never");
        assertThat(Figures.ago("2026-11-21T11:00:00Z", now)).isEqualTo("1m 2s");
        // Two clocks need not agree.
        assertThat(Figures.ago("2026-11-21T11:01:03Z", now)).isEqualTo("0.0 ms");
        assertThat(Figures.ago("", now)).isEmpty();
    }
}

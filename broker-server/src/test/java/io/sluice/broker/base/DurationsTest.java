package io.sluice.broker.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "500 ms, 500",
        "5 s, 5000",
        "5s, 5000",
        "2 m, 120000",
        "1 h, 3600000",
        "9223372036854775807 ms, 9223372036854775807",
    })
    void readsDurations(String text, long millis) {
        assertThat(Durations.parseMs(text)).isEqualTo(millis);
    }

    @Test
    void refusesANumberWithoutAUnitAndNamesTheUnits() {
        assertThatThrownBy(() -> Durations.parseMs("5"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a duration needs a unit: ms, s, m, h");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "5 min", "5 sec", "1 d", "5 S", "-5 s", "0.5 s", "1 h 30 m"})
    void refusesWhatIsNoDuration(String text) {
        assertThatThrownBy(() -> Durations.parseMs(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a duration is a whole number and a unit: ms, s, m, h");
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775808 ms", "9223372036854776 s", "2562047788016 h"})
    void refusesWhatDoesNotFitInsteadOfOverflowing(String text) {
        assertThatThrownBy(() -> Durations.parseMs(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("too large");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 ms",
        "1, 1 ms",
        "1500, 1500 ms",
        "5000, 5 s",
        "60000, 60 s",
        "90000, 90 s",
        "120000, 2 m",
        "3600000, 1 h",
        "5400000, 90 m",
        "-1000, -1 s",
    })
    void printsTheLargestUnitThatIsExact(long millis, String text) {
        assertThat(Durations.print(millis)).isEqualTo(text);
    }

    @Test
    void readsWhatItPrints() {
        for (long millis = 1; millis < Long.MAX_VALUE / 31; millis = millis * 30 / 7 + 1) {
            assertThat(Durations.parseMs(Durations.print(millis))).isEqualTo(millis);
        }
    }
}

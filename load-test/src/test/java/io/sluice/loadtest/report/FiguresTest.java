package io.sluice.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0/s",
        "0.5, 0.5/s",
        "12, 12/s",
        "999, 999/s",
        "999.7, 1.00 k/s",
        "9680, 9.68 k/s",
        "999_499, 999 k/s",
        "999_999, 1.00 M/s",
        "12_345_678, 12.3 M/s",
        "2000000, 2 M/s",
        "4.5e12, 4.50 T/s",
        "1e30, 1.00e+18 T/s",
        "NaN, –",
        "Infinity, –"
    })
    void writesRatesWithThreeDigits(String perSecond, String text) {
        assertThat(Figures.rate(Double.parseDouble(perSecond.replace("_", "")))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0.0312, 0.0312 µs",
        "0.05, 0.05 µs",
        "95, 95 µs",
        "1039.6, 1.04 ms",
        "1500000, 1.50 s",
        "7.2e9, 7200 s",
        "NaN, –"
    })
    void writesTimes(double micros, String text) {
        assertThat(Figures.micros(micros)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0.5, 0.5 MiB", "1010, 1010 MiB", "1024, 1 GiB", "32000, 31.3 GiB", "NaN, –"})
    void writesMemory(double mib, String text) {
        assertThat(Figures.mib(mib)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0.004, 0.004", "0.98, 0.98", "1, 1.00", "5.214, 5.21", "9.999, 10.0", "120.4, 120", "NaN, –"})
    void writesRatios(double ratio, String text) {
        assertThat(Figures.ratio(ratio)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "memory per connection (B), 4321, 4.22 KiB, memory per connection",
        "reconnects (/s), 1234, 1.23 k/s, reconnects",
        "time to connect (µs), 250, 250 µs, time to connect",
        "answers (per round), 12.5, 12.5 per round, answers",
        "rounds, 7, 7, rounds"
    })
    void readsTheUnitFromTheName(String name, double value, String text, String withoutUnit) {
        assertThat(Figures.named(name, value)).isEqualTo(text);
        assertThat(Figures.withoutUnit(name)).isEqualTo(withoutUnit);
    }
}

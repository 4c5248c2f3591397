package io.sluice.loadtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpanTest {
    @ParameterizedTest
    @CsvSource({
        "5, 5000, 5 s",
        "5s, 5000, 5 s",
        "1.5 s, 1500, 1.5 s",
        "200ms, 200, 200 ms",
        "0, 0, 0 s",
        "90s, 90000, 90 s",
        "10m, 600000, 10 m",
        "24h, 86400000, 24 h",
        "0.0005, 0.5, 0.5 ms"
    })
    void isReadWithItsUnitAndShownWithOne(String text, double millis, String shown) {
        Span span = new Span.Converter().convert(text);

        assertThat(span.duration()).isEqualTo(Duration.ofNanos((long) (millis * 1e6)));
        assertThat(span.toString()).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "-1", "5 d", "1e3", "24.1h", "999999999h", "5s5"})
    void whatIsNoSpanIsRefused(String text) {
        assertThatThrownBy(() -> new Span.Converter().convert(text)).hasMessageContaining("'" + text + "'");
    }
}

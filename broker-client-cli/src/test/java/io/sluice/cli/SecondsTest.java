package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class SecondsTest {
    private final Seconds.Converter converter = new Seconds.Converter();

    @Test
    void acceptsFractions() {
        assertThat(converter.convert("0.25").ns()).isEqualTo(250_000_000);
        assertThat(converter.convert("0").ns()).isZero();
        assertThat(converter.convert("0.000000001").ns()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-1", "1s", "NaN", "1e10", "1e999999999"})
    void refusesWhatIsNoSpanOfTime(String value) {
        assertThatThrownBy(() -> converter.convert(value)).isInstanceOf(TypeConversionException.class);
    }

    @Test
    void isWrittenWithoutNeedlessDigits() {
        assertThat(Seconds.text(5_000_000_000L)).isEqualTo("5");
        assertThat(Seconds.text(250_000_000)).isEqualTo("0.25");
        assertThat(Seconds.text(100_000_000_000L)).isEqualTo("100");
    }
}

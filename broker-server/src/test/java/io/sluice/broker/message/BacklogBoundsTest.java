package io.sluice.broker.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BacklogBoundsTest {

    @ParameterizedTest
    @CsvSource({
        "1000, 100, 0, 0, 75, false",
        "1000, 100, 749, 0, 75, false",
        "1000, 100, 750, 0, 75, true",
        "1000, 100, 0, 74, 75, false",
        "1000, 100, 0, 75, 75, true",
        "1000, 100, 249, 24, 25, false",
        "1000, 100, 250, 0, 25, true",
        "1, 1, 0, 0, 25, false",
        "1, 1, 1, 0, 25, true",
        "3, 9223372036854775807, 1, 0, 50, true",
        "3, 9223372036854775807, 0, 1000000000, 50, false",
        "268435456, 1000000, 134217699, 0, 50, false",
        "268435456, 1000000, 134217728, 0, 50, true",
    })
    void isFilledFromThatPercentageOfEitherBound(
            long maxBytes, long maxMessages, long bytes, long messages, int percent, boolean filled) {
        assertThat(new BacklogBounds(maxBytes, maxMessages).isFilled(bytes, messages, percent))
                .isEqualTo(filled);
    }

    @Test
    void unlimitedBoundsAreNeverFilled() {
        BacklogBounds unlimited = new BacklogBounds(Long.MAX_VALUE, Long.MAX_VALUE);
        assertThat(unlimited.isFilled(1L << 60, 1L << 60, 25)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 0", "-1, 1", "1, -1"})
    void refusesBoundsBelowOne(long maxBytes, long maxMessages) {
        assertThatThrownBy(() -> new BacklogBounds(maxBytes, maxMessages))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 1");
    }
}

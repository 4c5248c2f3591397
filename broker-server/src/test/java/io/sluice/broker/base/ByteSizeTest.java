package io.sluice.broker.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteSizeTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0 B, 0",
        "500 B, 500",
        "64 KiB, 65536",
        "64KiB, 65536",
        "'  64   KiB ', 65536",
        "3 MiB, 3145728",
        "1 GiB, 1073741824",
        "64 kB, 64000",
        "2 MB, 2000000",
        "5 GB, 5000000000",
        "9223372036854775807 B, 9223372036854775807",
        "8589934591 GiB, 9223372035781033984",
    })
    void readsSizes(String text, long bytes) {
        assertThat(ByteSize.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"64", "1", "00064"})
    void refusesANumberWithoutAUnitAndNamesTheUnits(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a size needs a unit: B, KiB, MiB, GiB");
    }

    @ParameterizedTest
    @ValueSource(strings = {"64 K", "64 KB", "64 kib", "64 TiB", "64 B B", "1.5 GiB", "1_000 B", "64 s", "64 K iB"})
    void refusesOtherUnits(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("B, KiB, MiB, GiB")
                .hasMessageContaining("kB, MB, GB");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "KiB", "-1 B", "+1 B", "x", "٣ B"})
    void refusesWhatDoesNotBeginWithANumber(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("a size is a whole number and a unit");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9223372036854775808 B",
                "99999999999999999999999999 B",
                "8589934592 GiB",
                "9007199254740992 KiB",
                "18446744073709551616"
            })
    void refusesWhatDoesNotFitInsteadOfOverflowing(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("too large");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1, 1 B",
        "1000, 1000 B",
        "1024, 1 KiB",
        "1536, 1536 B",
        "16777215, 16777215 B",
        "16777216, 16 MiB",
        "1073741824, 1 GiB",
        "-5, -5 B",
    })
    void printsTheLargestUnitThatIsExact(long bytes, String text) {
        assertThat(ByteSize.print(bytes)).isEqualTo(text);
    }

    @Test
    void readsWhatItPrints() {
        for (int bit = 0; bit < 63; bit++) {
            for (long bytes : new long[] {(1L << bit) - 1, 1L << bit, (1L << bit) + 1024}) {
                assertThat(ByteSize.parse(ByteSize.print(bytes))).isEqualTo(bytes);
            }
        }
    }
}

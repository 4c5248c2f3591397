package io.sluice.loadtest.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.loadtest.Seed;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "128 | 128 B",
                "128 B | 128 B",
                "128B | 128 B",
                "1024 | 1 KiB",
                "1 KiB | 1 KiB",
                "1536 | 1536 B",
                "1 MiB | 1 MiB",
                "16 B-1 KiB | 16 B-1 KiB",
                "16-1024 | 16 B-1 KiB",
                "128 B*9,16 KiB*1 | 128 B*9,16 KiB*1",
                "128*9, 16 KiB | 128 B*9,16 KiB*1",
                "16-32*3,1 KiB*2 | 16 B-32 B*3,1 KiB*2",
            })
    void readsSizesAndWritesThemInOneWay(String text, String canonical) {
        Sizes sizes = Sizes.parse(text);
        assertThat(sizes).hasToString(canonical);
        assertThat(Sizes.parse(canonical)).isEqualTo(sizes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "B", "x", "-1", "16-", "1 KB", "1.5 KiB", "128*", "128*x", "128,,16", "9999999999"})
    void saysWhatItDidNotUnderstand(String text) {
        assertThatThrownBy(() -> Sizes.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + text + "\"")
                .hasMessageContaining("128 B*9,16 KiB*1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "15 | a payload of 15 B is not possible: 16 B (who, which and when) to 64 MiB are",
                "65 MiB | a payload of 65 MiB is not possible: 16 B (who, which and when) to 64 MiB are",
                "999999999 MiB | a payload of 2147483647 B is not possible: 16 B (who, which and when) to 64 MiB are",
                "32-16 | the range 32 B-16 B is empty: write the smaller size first",
                "128*0 | the weight 0 is not possible: weights begin at 1",
            })
    void saysWhatIsPossible(String text, String message) {
        assertThatThrownBy(() -> Sizes.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void drawsEachPartAsOftenAsItWeighs() {
        Seed.check(5, random -> {
            int[] small = drawMany(Sizes.parse("16-32*9,1 KiB*1"), random);
            assertThat(small[0]).isBetween(16, 17);
            assertThat(small[1]).isBetween(8_500, 9_500);
        });
    }

    /** The smallest of 10,000, and how many have at most 32 bytes. */
    private static int[] drawMany(Sizes sizes, Random random) {
        int[] drawn = random.ints(10_000).map(seed -> sizes.draw(random)).toArray();
        int least = Integer.MAX_VALUE;
        int small = 0;
        for (int size : drawn) {
            least = Math.min(least, size);
            small += size <= 32 ? 1 : 0;
            assertThat(size <= 32 || size == 1024).isTrue();
        }
        return new int[] {least, small};
    }

    @Test
    void knowsItsMeanAndWhetherItIsFixed() {
        assertThat(Sizes.parse("128").isFixed()).isTrue();
        assertThat(Sizes.parse("128*2,128*1").isFixed()).isTrue();
        assertThat(Sizes.parse("128,129").isFixed()).isFalse();
        assertThat(Sizes.parse("128-129").isFixed()).isFalse();
        assertThat(Sizes.parse("100*3,500*1").mean()).isEqualTo(200.0);
        assertThat(Sizes.parse("100-300").mean()).isEqualTo(200.0);
    }
}

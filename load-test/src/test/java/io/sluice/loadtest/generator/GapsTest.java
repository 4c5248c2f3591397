package io.sluice.loadtest.generator;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.loadtest.Seed;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class GapsTest {
    @Test
    void fillsARangeFromBothEndsAndFromTheMiddle() {
        Gaps gaps = new Gaps();
        gaps.add(10, 15);

        assertThat(gaps.fill(9)).isFalse();
        assertThat(gaps.fill(12)).isTrue();
        assertThat(gaps.fill(12)).isFalse();
        assertThat(gaps.fill(10)).isTrue();
        assertThat(gaps.fill(14)).isTrue();
        assertThat(gaps.fill(15)).isFalse();
        assertThat(gaps.missing()).isEqualTo(2);
        assertThat(gaps.fill(11)).isTrue();
        assertThat(gaps.fill(13)).isTrue();
        assertThat(gaps.missing()).isZero();
    }

    @Test
    void forgetsTheOldestRangeAndKeepsItsNumbersMissing() {
        Gaps gaps = new Gaps();
        for (long i = 0; i <= Gaps.MAX_RANGES; i++) {
            gaps.add(10 * i, 10 * i + 5);
        }
        assertThat(gaps.missing()).isEqualTo(5L * (Gaps.MAX_RANGES + 1));
        assertThat(gaps.fill(2)).isFalse();
        assertThat(gaps.fill(12)).isTrue();
        // That split a range, and so the first was forgotten again: what stays of it is its second half.
        assertThat(gaps.fill(13)).isTrue();
        assertThat(gaps.fill(10L * Gaps.MAX_RANGES)).isTrue();
        assertThat(gaps.missing()).isEqualTo(5L * (Gaps.MAX_RANGES + 1) - 3);
    }

    @Test
    void agreesWithASetOfNumbers() {
        Seed.check(200, random -> {
            Gaps gaps = new Gaps();
            TreeSet<Long> missing = new TreeSet<>();
            long end = 0;
            for (int i = 0; i < 300; i++) {
                if (random.nextInt(4) == 0) {
                    long from = end + random.nextInt(5);
                    end = from + 1 + random.nextInt(20);
                    gaps.add(from, end);
                    for (long number = from; number < end; number++) {
                        missing.add(number);
                    }
                } else {
                    long number = random.nextInt((int) end + 2);
                    assertThat(gaps.fill(number)).isEqualTo(missing.remove(number));
                }
                assertThat(gaps.missing()).isEqualTo(missing.size());
            }
        });
    }
}

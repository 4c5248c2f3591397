package io.sluice.loadtest.generator;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.loadtest.Seed;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SeenNumbersTest {
    @Test
    void takesEachNumberOnceInAnyOrder() {
        Seed.check(50, random -> {
            SeenNumbers seen = new SeenNumbers();
            List<Long> numbers = LongStream.range(0, 50_000).boxed().collect(Collectors.toList());
            Collections.shuffle(numbers.subList(100, 40_000), random);
            Set<Long> model = new HashSet<>();
            for (long number : numbers) {
                assertThat(seen.add(number)).isEqualTo(model.add(number));
                long again = random.nextInt(50_000);
                assertThat(seen.add(again)).isEqualTo(model.add(again));
            }
            assertThat(seen.count()).isEqualTo(50_000);
        });
    }

    @Test
    void givesUpWhatIsTooFarBehind() {
        SeenNumbers seen = new SeenNumbers();
        seen.add(1);
        seen.add(64);
        seen.add(64L + SeenNumbers.MAX_BITS);

        assertThat(seen.add(0)).isFalse();
        assertThat(seen.add(64)).isFalse();
        assertThat(seen.add(65L + SeenNumbers.MAX_BITS)).isTrue();
        assertThat(seen.add(128)).isTrue();
        assertThat(seen.count()).isEqualTo(5);
    }

    @Test
    void survivesAJumpBeyondAllItHolds() {
        SeenNumbers seen = new SeenNumbers();
        long far = 1L << 40;
        seen.add(5);

        assertThat(seen.add(far)).isTrue();
        assertThat(seen.add(far)).isFalse();
        assertThat(seen.add(far - SeenNumbers.MAX_BITS + Long.SIZE)).isTrue();
        assertThat(seen.add(6)).isFalse();
        assertThat(seen.count()).isEqualTo(3);
    }
}

package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final double ALMOST_ONE = Math.nextDown(1.0);

    @Test
    void doublesUpToTheLimit() {
        Backoff backoff = new Backoff(100, 1_000, () -> 0);

        assertThat(pauses(backoff, 6)).containsExactly(100L, 200L, 400L, 800L, 1_000L, 1_000L);
    }

    @Test
    void takesOffUpToHalf() {
        Backoff backoff = new Backoff(100, 1_000, () -> ALMOST_ONE);

        assertThat(pauses(backoff, 5)).containsExactly(50L, 100L, 200L, 400L, 500L);
    }

    @Test
    void scattersBetweenHalfAndAll() {
        LongStream pauses = IntStream.range(0, 10_000).mapToLong(i -> new Backoff(1_000, 1_000).nextMs());

        List<Long> sorted = pauses.sorted().boxed().toList();
        assertThat(sorted.get(0)).isBetween(500L, 520L);
        assertThat(sorted.get(5_000)).isBetween(700L, 800L);
        assertThat(sorted.get(9_999)).isBetween(980L, 1_000L);
    }

    @Test
    void beginsAgainAfterReset() {
        Backoff backoff = new Backoff(100, 1_000, () -> 0);
        pauses(backoff, 5);
        backoff.reset();

        assertThat(pauses(backoff, 2)).containsExactly(100L, 200L);
    }

    @Test
    void staysAtTheLimitForEver() {
        Backoff backoff = new Backoff(100, 5_000, () -> 0);

        assertThat(pauses(backoff, 1_000).subList(6, 1_000)).containsOnly(5_000L);
    }

    @Test
    void neverFallsBelowAMillisecond() {
        assertThat(new Backoff(1, 1, () -> ALMOST_ONE).nextMs()).isEqualTo(1);
    }

    @Test
    void growsFromLessThanAMillisecond() {
        Backoff backoff = new Backoff(0, 1_000, () -> 0);

        assertThat(pauses(backoff, 20).get(19)).isEqualTo(1_000L);
    }

    @Test
    void staysAtTheLimitWhereDoublingWouldOverflow() {
        Backoff backoff = new Backoff(Long.MAX_VALUE / 3, Long.MAX_VALUE, () -> 0);

        assertThat(pauses(backoff, 100)).allMatch(pause -> pause > Long.MAX_VALUE / 4);
    }

    private static List<Long> pauses(Backoff backoff, int count) {
        return LongStream.generate(backoff::nextMs).limit(count).boxed().toList();
    }
}

package io.sluice.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.loadtest.report.Report.Point;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GrowthTest {
    @Test
    void aSawtoothOfTheHeapIsNoGrowth() {
        assertThat(problems(series(400, i -> 100 + i % 37, i -> 20 + i % 53, i -> 30)))
                .isEmpty();
    }

    @Test
    void warmingUpInTheFirstQuarterIsNoGrowth() {
        assertThat(problems(series(400, i -> Math.min(300, i * 3), i -> 20, i -> 30)))
                .isEmpty();
    }

    @Test
    void memoryThatGoesOnGrowingIsTold() {
        assertThat(problems(series(400, i -> 100 + i, i -> 20, i -> 30)))
                .containsExactly(
                        "sluice, run 1: memory grew from 200 MiB in the second quarter to 400 MiB in the last");
    }

    @Test
    void aHeapWhoseLowestPointsRiseIsTold() {
        assertThat(problems(series(400, i -> 500, i -> 20 + i / 4 + i % 50, i -> 30)))
                .singleElement()
                .asString()
                .startsWith("sluice, run 1: heap grew from ");
    }

    @Test
    void descriptorsThatAreNeverClosedAreTold() {
        assertThat(problems(series(400, i -> 100, i -> 20, i -> 30 + i / 10)))
                .containsExactly("sluice, run 1: descriptors grew from 40 in the second quarter to 60 in the last");
    }

    @Test
    void aShortRunIsNotJudged() {
        assertThat(problems(series(100, i -> 100 + 10 * i, i -> 20, i -> 30))).isEmpty();
    }

    @Test
    void whatIsNotKnownDoesNotGrow() {
        assertThat(problems(series(400, i -> 0, i -> 0, i -> 0))).isEmpty();
        assertThat(Growth.figures(series(400, i -> 0, i -> 0, i -> 0))).doesNotContainKey("late memory (MiB)");
    }

    @Test
    void theFiguresAreThoseOfTheQuarters() {
        assertThat(Growth.figures(series(400, i -> 100 + i, i -> 20, i -> 30)))
                .containsEntry("early memory (MiB)", 200.0)
                .containsEntry("late memory (MiB)", 400.0)
                .containsEntry("late threads", 12.0);
    }

    private static List<String> problems(List<Point> series) {
        return Growth.problems(List.of(Runs.withSeries(series)));
    }

    private static List<Point> series(
            int seconds, IntToLongFunction rssMib, IntToLongFunction heapMib, IntToLongFunction descriptors) {
        return IntStream.range(-10, seconds)
                .mapToObj(i -> new Point(
                        i,
                        i >= 0,
                        1,
                        1,
                        1,
                        1,
                        1,
                        i < 0 ? 1 : rssMib.applyAsLong(i),
                        1,
                        descriptors.applyAsLong(Math.max(0, i)),
                        12,
                        heapMib.applyAsLong(Math.max(0, i))))
                .toList();
    }
}

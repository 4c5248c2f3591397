package io.sluice.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.loadtest.report.Report.Point;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProblemsTest {
    @Test
    void aRunInWhichAllArrivedHasNone() {
        assertThat(Problems.of(List.of(Runs.withCounts(counts("slow-missed", 5))), false))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "lost, '1,234 of 11,234 messages were lost'",
        "duplicated, '1,234 messages were delivered twice'",
        "reordered, '1,234 messages arrived after a later one'",
        "foreign, '1,234 payloads were none of those sent'",
        "disconnected, '1,234 connections were closed that should have lived'",
        "visits-failed, '1,234 visits failed'",
    })
    void whatMustBeZeroIsToldWithItsNumbers(String count, String text) {
        assertThat(Problems.of(List.of(Runs.withCounts(counts(count, 1234))), false))
                .containsExactly("sluice, run 1: " + text);
    }

    @Test
    void aFloodMayLoseAndNothingElse() {
        assertThat(Problems.of(List.of(Runs.withCounts(counts("lost", 1))), true))
                .isEmpty();
        assertThat(Problems.of(List.of(Runs.withCounts(counts("reordered", 1))), true))
                .hasSize(1);
    }

    @Test
    void aRunWithoutDeliveriesIsOne() {
        assertThat(Problems.of(List.of(Runs.withCounts(Map.of("delivered", 0L))), true))
                .containsExactly("sluice, run 1: nothing was delivered");
    }

    @Test
    void aMeasuredTimeWithoutDeliveriesIsOne() {
        Point warmUp = new Point(1, false, 1, 1, 10, 10, 10, 0, 0, 0, 0, 0);
        Point measured = new Point(2, true, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);

        assertThat(Problems.of(List.of(Runs.withSeries(List.of(warmUp, measured), 0)), false))
                .containsExactly("sluice, run 1: nothing was delivered in the measured time");
        assertThat(Problems.of(List.of(Runs.withSeries(List.of(), 0)), false)).isEmpty();
    }

    @Test
    void whatEndedARunEarlyIsTold() {
        assertThat(Problems.of(List.of(Runs.withError("the broker closed it")), false))
                .containsExactly("sluice, run 1: the broker closed it");
    }

    private static Map<String, Long> counts(String name, long count) {
        Map<String, Long> counts = new HashMap<>(Map.of("delivered", 10_000L));
        counts.put(name, count);
        return counts;
    }
}

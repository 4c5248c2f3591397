package io.sluice.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.loadtest.report.Report.Row;
import io.sluice.loadtest.report.Report.Run;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricTest {
    @Test
    void isTheRateWhereMessagesAreDelivered() {
        assertThat(of("fan-out", 1e6, Map.of())).isEqualTo(Metric.RATE);
        assertThat(of("churn", 1e6, Map.of("visits (/s)", 900.0))).isEqualTo(Metric.RATE);
    }

    @Test
    void isTheLatencyWhereTheRateIsGiven() {
        assertThat(of("latency", 10_000, Map.of())).isEqualTo(Metric.P99);
    }

    @Test
    void isTheFigureOfAScenarioWithoutARate() {
        Metric memory = of("connections", 0, Map.of("memory per connection (B)", 6_240.0));
        assertThat(memory.name()).isEqualTo("memory per connection");
        assertThat(memory.lowerIsBetter()).isTrue();

        assertThat(of("connections", 50, Map.of("connecting (/s)", 9_000.0)).lowerIsBetter())
                .isFalse();
    }

    @Test
    void isTheRateWhereThereIsNothingElse() {
        assertThat(of("connections", 0, Map.of())).isEqualTo(Metric.RATE);
        assertThat(Metric.of(Section.of(List.of(SampleReports.report(List.of(
                                new Row("none", "queue", Map.of(), 0, false, List.of(), List.of(), List.of())))))
                        .get(0)))
                .isEqualTo(Metric.RATE);
    }

    private static Metric of(String scenario, double rate, Map<String, Double> figures) {
        Run like = SampleReports.run(1, "sluice", "", "", rate, 100, 0.1, 5, 0);
        Run run = new Run(
                1,
                "sluice",
                "",
                5,
                rate,
                rate,
                like.counts(),
                like.latency(),
                like.sendLag(),
                null,
                1,
                figures,
                List.of(),
                "");
        Row row = new Row("row", scenario, Map.of(), 0, false, List.of(run), List.of(), List.of());
        return Metric.of(Section.of(List.of(SampleReports.report(List.of(row)))).get(0));
    }
}

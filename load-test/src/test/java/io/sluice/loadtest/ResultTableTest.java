package io.sluice.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.loadtest.report.Report.Ratio;
import io.sluice.loadtest.report.Report.Row;
import io.sluice.loadtest.report.Report.Run;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultTableTest {
    @Test
    void hasALineForEachTargetWithTheMediansOfItsRuns() {
        List<Run> runs = List.of(
                Runs.run(1, "sluice", "", 3e6),
                Runs.run(1, "limit", "", 4e6),
                Runs.run(2, "sluice", "", 1e6),
                Runs.run(3, "sluice", "", 2e6));

        String text = ResultTable.text(List.of(new Row(
                "topic 1→1, 128 B",
                "throughput",
                Map.of("window", "8,192"),
                5e6,
                true,
                runs,
                List.of(new Ratio("rate", "sluice", "limit", 0.75, 0.7, 0.8, 3)),
                List.of("something was lost"))));

        assertThat(text.lines()).first().isEqualTo("topic 1→1, 128 B  (throughput, window 8,192, runs 3)");
        assertThat(text.lines().filter(line -> line.startsWith("  sluice  ")))
                .singleElement()
                .asString()
                .matches(" *sluice +2 M/s +2 M/s +200 ms +400 ms +500 ms +1 s +0.5 µs +0.90 .*");
        assertThat(text)
                .contains("\n  sluice / limit: rate 0.75 (0.70–0.80)\n")
                .contains("\n  the generator publishes up to 5 M/s: generator-bound, the target may be faster\n")
                .endsWith("\n  PROBLEM: something was lost\n");
    }

    @Test
    void saysWhyARunCanBeAboveTheCeiling() {
        Row row = new Row("t", "s", Map.of(), 1e6, true, List.of(Runs.run(1, "sluice", "", 2e6)), List.of(), List.of());

        assertThat(ResultTable.text(List.of(row))).contains("up to 1 M/s to one that discards, less than in a run: ");
    }

    @Test
    void showsFiguresAndCountsThatAreNotZero() {
        String text = ResultTable.text(List.of(row(
                Runs.withFigures(Map.of("memory per connection (B)", 4096.0)),
                Runs.withCounts(Map.of("delivered", 5L, "slow-missed", 1234L, "lost", 0L)))));

        assertThat(text).contains("\n  sluice: memory per connection 4 KiB, slow-missed 1,234\n");
    }

    private static Row row(Run... runs) {
        return new Row("title", "scenario", Map.of(), 0, false, List.of(runs), List.of(), List.of());
    }
}

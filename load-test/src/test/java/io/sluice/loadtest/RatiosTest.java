package io.sluice.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.loadtest.report.Report.Ratio;
import io.sluice.loadtest.report.Report.Run;
import io.sluice.loadtest.report.Side;
import io.sluice.loadtest.target.Target;
import java.util.List;
import org.junit.jupiter.api.Test;

class RatiosTest {
    private static final Target SLUICE = TurnTest.target("sluice");
    private static final Target NATS = TurnTest.target("nats");
    private static final Target LIMIT = TurnTest.target("limit");

    @Test
    void eachTargetIsComparedWithTheLimitAndTheFirstWithTheOthers() {
        List<Run> runs = List.of(
                Runs.run(1, "sluice", "", 50),
                Runs.run(1, "nats", "", 10),
                Runs.run(1, "limit", "", 100),
                Runs.run(2, "limit", "", 200),
                Runs.run(2, "nats", "", 20),
                Runs.run(2, "sluice", "", 180));

        List<Ratio> ratios = Ratios.of(List.of(SLUICE, NATS, LIMIT), Bench.NO_VARIANTS, runs);

        assertThat(ratios.stream().filter(ratio -> ratio.name().equals("rate")))
                .containsExactly(
                        new Ratio("rate", "sluice", "limit", 0.7, 0.5, 0.9, 2),
                        new Ratio("rate", "nats", "limit", 0.1, 0.1, 0.1, 2),
                        new Ratio("rate", "sluice", "nats", 7, 5, 9, 2));
        assertThat(ratios).extracting(Ratio::name).contains("p50", "p99").doesNotContain("memory");
    }

    @Test
    void variantsOfOneTargetAreComparedWithMemory() {
        List<Run> runs = List.of(Runs.run(1, "sluice", Side.CONTROL, 100), Runs.run(1, "sluice", Side.SLOW, 90));

        assertThat(Ratios.of(List.of(SLUICE), List.of(Side.CONTROL, Side.SLOW), runs))
                .containsExactly(
                        new Ratio("rate", "sluice slow", "sluice control", 0.9, 0.9, 0.9, 1),
                        new Ratio("p50", "sluice slow", "sluice control", 0.9, 0.9, 0.9, 1),
                        new Ratio("p99", "sluice slow", "sluice control", 0.9, 0.9, 0.9, 1),
                        new Ratio("memory", "sluice slow", "sluice control", 0.9, 0.9, 0.9, 1));
    }
}

package io.sluice.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.loadtest.report.Report.Ratio;
import io.sluice.loadtest.report.Report.Row;
import io.sluice.loadtest.report.Report.Run;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PairwiseTest {
    private static final Side SLUICE = new Side("sluice", "");
    private static final Side NATS = new Side("nats", "");

    @Test
    void dividesRunsOfTheSameRound() {
        List<Run> runs = List.of(
                run(1, "sluice", 40),
                run(1, "nats", 10),
                run(2, "nats", 20),
                run(2, "sluice", 20),
                run(3, "sluice", 9));

        Ratio ratio = Pairwise.ratio("rate", runs, SLUICE, NATS, Run::seconds);

        assertThat(ratio).isEqualTo(new Ratio("rate", "sluice", "nats", 2.5, 1, 4, 2));
    }

    @Test
    void leavesOutRunsThatEndedEarly() {
        List<Run> runs = List.of(
                run(1, "sluice", 40),
                run(1, "nats", 10),
                run(2, "sluice", 20),
                SampleReports.run(2, "nats", "", "refused", 0, 0, 0, 5, 0));

        Ratio ratio = Pairwise.ratio("rate", runs, SLUICE, NATS, Run::seconds);

        assertThat(ratio).isNotNull();
        assertThat(ratio.pairs()).isEqualTo(1);
        assertThat(ratio.median()).isCloseTo(4, within(1e-9));
    }

    @Test
    void countsARateOfNothingButNoOtherFigureOfNothing() {
        List<Run> runs = List.of(run(1, "sluice", 0), run(1, "nats", 10));

        assertThat(Pairwise.ratio("rate", runs, SLUICE, NATS, Run::seconds))
                .isEqualTo(new Ratio("rate", "sluice", "nats", 0, 0, 0, 1));
        assertThat(Pairwise.ratio("p50", runs, SLUICE, NATS, Run::seconds)).isNull();
        assertThat(Pairwise.ratio("rate", runs, NATS, SLUICE, Run::seconds)).isNull();
    }

    @Test
    void hasNoRatioWithoutACommonRound() {
        assertThat(Pairwise.ratio("rate", List.of(run(1, "sluice", 1), run(2, "nats", 1)), SLUICE, NATS, Run::seconds))
                .isNull();
    }

    @Test
    void takesTheRatioThatTheRowHolds() {
        Ratio held = new Ratio("rate", "sluice", "nats", 7, 6, 8, 3);
        Row row = new Row(
                "", "", Map.of(), 0, false, List.of(run(1, "sluice", 4), run(1, "nats", 1)), List.of(held), List.of());

        assertThat(Pairwise.find(row, "rate", SLUICE, NATS, Run::seconds)).isEqualTo(held);
        assertThat(Pairwise.find(row, "rate", NATS, SLUICE, Run::seconds))
                .isEqualTo(new Ratio("rate", "nats", "sluice", 0.25, 0.25, 0.25, 1));
    }

    @Test
    void takesTheMeanOfTheTwoInTheMiddle() {
        assertThat(Pairwise.median(new double[] {1, 2, 4, 9})).isEqualTo(3);
        assertThat(Pairwise.median(new double[] {1, 2, 9})).isEqualTo(2);
        assertThat(Pairwise.median(new double[0])).isNaN();
    }

    /** The figure to compare is the number of seconds. */
    private static Run run(int pair, String target, int figure) {
        return SampleReports.run(pair, target, "", "", 1e6, 100, 0.1, figure, 0);
    }
}

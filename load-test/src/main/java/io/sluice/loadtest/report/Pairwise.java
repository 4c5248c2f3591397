package io.sluice.loadtest.report;

import io.sluice.loadtest.report.Report.Ratio;
import io.sluice.loadtest.report.Report.Row;
import io.sluice.loadtest.report.Report.Run;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Compares sides round by round: what ran one after the other is divided, and the median of these ratios is taken. On a machine
 * whose speed changes by the minute this says more than a ratio of two medians.
 */
public final class Pairwise {
    private Pairwise() {}

    /**
     * The ratio that the row holds, else the one that its runs give.
     *
     * @return null if no round has both sides
     */
    static @Nullable Ratio find(Row row, String name, Side of, Side to, ToDoubleFunction<Run> figure) {
        return row.ratios().stream()
                .filter(ratio -> ratio.name().equals(name)
                        && ratio.of().equals(of.label())
                        && ratio.to().equals(to.label()))
                .findFirst()
                .orElseGet(() -> ratio(name, row.runs(), of, to, figure));
    }

    /**
     * Divides each run of one side by the run of the other side in the same round. Runs that ended early and runs without the
     * figure (0) are left out; but a rate of 0 is one: who stands still is the very thing to show.
     *
     * @return null if no round has both
     */
    public static @Nullable Ratio ratio(String name, List<Run> runs, Side of, Side to, ToDoubleFunction<Run> figure) {
        Map<Integer, Double> divisors = byRound(runs, to, figure);
        boolean zeroCounts = name.equals("rate");
        double[] ratios = byRound(runs, of, figure).entrySet().stream()
                .map(round -> {
                    Double divisor = divisors.get(round.getKey());
                    double value = round.getValue();
                    return divisor == null || divisor == 0 || value == 0 && !zeroCounts ? null : value / divisor;
                })
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        if (ratios.length == 0) {
            return null;
        }
        return new Ratio(
                name, of.label(), to.label(), median(ratios), ratios[0], ratios[ratios.length - 1], ratios.length);
    }

    private static Map<Integer, Double> byRound(List<Run> runs, Side side, ToDoubleFunction<Run> figure) {
        Map<Integer, Double> rounds = new HashMap<>();
        for (Run run : runs) {
            double value = figure.applyAsDouble(run);
            if (Side.of(run).equals(side) && run.error().isEmpty() && value >= 0 && Double.isFinite(value)) {
                rounds.putIfAbsent(run.pair(), value);
            }
        }
        return rounds;
    }

    /** Of values in ascending order: the middle one, or the mean of the two middle ones; NaN of none. */
    static double median(double[] ascending) {
        int n = ascending.length;
        if (n == 0) {
            return Double.NaN;
        }
        return n % 2 == 1 ? ascending[n / 2] : ascending[n / 2 - 1] / 2 + ascending[n / 2] / 2;
    }
}

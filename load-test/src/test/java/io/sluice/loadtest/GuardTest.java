package io.sluice.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.loadtest.Guard.Check;
import io.sluice.loadtest.Guard.Verdict;
import io.sluice.loadtest.report.Report.Row;
import io.sluice.loadtest.target.OwnProcess;
import io.sluice.loadtest.target.Target;
import io.sluice.loadtest.wire.WireFormats;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine.Help.Ansi;

@Timeout(60)
class GuardTest {
    private static final Guard SHORT = new Guard(
            List.of(new Check("topic", false, 1, 1, 128, 1024), new Check("queue", true, 2, 2, 16, 1024)),
            Duration.ofMillis(100),
            Duration.ofMillis(300));

    @Test
    void passesAtTheRecordedRatiosAndFailsWhenTheSpeedIsHalved() throws Exception {
        List<Row> rows = measured();
        Map<String, Double> measured = SHORT.verdicts(rows, new GuardLimits(Map.of())).stream()
                .collect(Collectors.toMap(Verdict::key, Verdict::ratio));

        List<Verdict> same = SHORT.verdicts(rows, new GuardLimits(measured));
        List<Verdict> halved = SHORT.verdicts(rows, new GuardLimits(doubled(measured)));

        assertThat(measured.values()).allSatisfy(ratio -> assertThat(ratio).isPositive());
        assertThat(same).allMatch(Verdict::good);
        assertThat(halved).noneMatch(Verdict::good);
        assertThat(Guard.table(halved)).contains("topic 1→1, 128 B ", "queue 2→2, 16 B ", "TOO SLOW");
        assertThat(Guard.table(same)).doesNotContain("TOO SLOW").contains(" ok\n");
    }

    @Test
    void whatWasNotMeasuredOrNotRecordedIsNotGood() {
        List<Verdict> verdicts = SHORT.verdicts(List.of(), new GuardLimits(Map.of("topic", 0.5)));

        assertThat(verdicts).noneMatch(Verdict::good);
        assertThat(Guard.table(verdicts)).contains("NOT RECORDED").contains("0.30");
    }

    @Test
    void recordedRatiosAreLinesOfProperties() {
        assertThat(Guard.properties(List.of(new Verdict("topic-1-1-16B", "t", 0.7512, 0, true))))
                .isEqualTo(String.format("topic-1-1-16B=0.751%n"));
    }

    @Test
    void theCommittedRatiosBelongToChecks() {
        assertThat(Guard.standard().checks())
                .extracting(Check::key)
                .containsAll(GuardLimits.committed().recorded().keySet());
    }

    /** Two relays, one in the place of a broker. */
    private static List<Row> measured() throws Exception {
        try (OwnProcess broker = OwnProcess.relay();
                OwnProcess relay = OwnProcess.relay();
                Ceiling ceiling = new Ceiling(quiet(), false)) {
            List<Target> targets = Stream.of(target("sluice", broker), target(Target.LIMIT, relay))
                    .toList();
            Bench bench = new Bench(targets, 1, quiet(), ceiling);
            SHORT.measure(bench);
            assertThat(bench.rows()).flatExtracting(Row::problems).isEmpty();
            return bench.rows();
        }
    }

    private static Target target(String name, OwnProcess process) {
        return new Target(name, WireFormats.of("native"), process.address(), null);
    }

    private static LiveLine quiet() {
        return new LiveLine(new Console(System.out, System.err, Ansi.OFF, false), true);
    }

    private static Map<String, Double> doubled(Map<String, Double> ratios) {
        return ratios.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> 2 * entry.getValue()));
    }
}

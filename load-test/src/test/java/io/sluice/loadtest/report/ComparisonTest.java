package io.sluice.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    @Test
    void putsTheSameTargetOfEachReportUnderOneAnother() {
        List<String> lines = Comparison.table(
                List.of(SampleReports.realistic(1), SampleReports.realistic(1.5)), List.of("before", "after"));

        assertThat(lines.get(0)).isEqualTo("topic 1→1, 128 B");
        assertThat(lines.get(1)).containsPattern("target +report +deliveries +rate / before +p50 +p99 +CPU/delivery");
        assertThat(lines.get(2)).containsPattern("sluice +before +\\d+\\.\\d M/s +– +\\d+ µs");
        assertThat(lines.get(3)).containsPattern("sluice +after +\\d+\\.\\d M/s +1\\.50 +\\d+ µs");
        assertThat(lines.get(4)).contains("limit ");
    }

    @Test
    void showsWhatOnlyOneReportHas() {
        List<String> lines = Comparison.table(
                List.of(
                        SampleReports.report(List.of(SampleReports.throughput("first", 4e6, 3e6, 2e6, 1e6))),
                        SampleReports.report(List.of(SampleReports.throughput("second", 4e6, 3e6, 2e6, 1e6)))),
                List.of("a", "b"));

        assertThat(lines).contains("first", "second");
        assertThat(lines.get(lines.indexOf("second") + 2)).containsPattern("sluice +b +[\\d.]+ M/s +– ");
    }

    @Test
    void showsTheFigureOfAScenarioThatDeliversNothing() {
        assertThat(Comparison.table(List.of(SampleReports.realistic(1)), List.of("a")))
                .anySatisfy(line -> assertThat(line).contains("memory per connection"))
                .anySatisfy(line -> assertThat(line).containsPattern("sluice .* 6\\.09 KiB$"));
    }

    @Test
    void saysWhatWasNotAskedForAlike() {
        Report.Row row = SampleReports.throughput("a row", 4e6, 3e6, 2e6, 1e6);
        Map<String, String> setting = new LinkedHashMap<>(row.setting());
        setting.put("rate", "1");
        Report.Row other = new Report.Row(
                row.title(),
                row.scenario(),
                setting,
                row.ceiling(),
                row.generatorBound(),
                row.runs(),
                row.ratios(),
                row.problems());
        Report report = SampleReports.report(List.of(row));

        assertThat(Comparison.table(List.of(report, SampleReports.report(List.of(other))), List.of("a", "b")))
                .filteredOn(line -> line.contains("not alike"))
                .containsExactly("  not alike: rate " + row.setting().get("rate") + " (a), 1 (b)");
        assertThat(Comparison.table(List.of(report, report), List.of("a", "b")))
                .noneMatch(line -> line.contains("not alike"));
    }

    @Test
    void marksWhatIsBoundByTheGeneratorAndSaysWhatFailed() {
        assertThat(Comparison.table(List.of(SampleReports.realistic(1)), List.of("a")))
                .contains("topic 1→10, 128 B  (generator-bound)");
        assertThat(Comparison.table(List.of(SampleReports.odd()), List.of("a"))).contains("  failed: another one");
    }

    @Test
    void keepsControlCharactersFromTheTerminal() {
        List<String> lines = Comparison.table(
                List.of(SampleReports.report(
                        List.of(SampleReports.throughput("a\u001b[2J\nb\u202e", 4e6, 3e6, 2e6, 1e6)))),
                List.of("na\u0007me"));

        assertThat(lines.get(0)).isEqualTo("a?[2J?b?");
        assertThat(lines.get(2)).contains("na?me");
    }
}

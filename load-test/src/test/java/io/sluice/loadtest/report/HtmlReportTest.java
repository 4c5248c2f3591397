package io.sluice.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
    private static final String REALISTIC = HtmlReport.page(List.of(SampleReports.realistic(1)));

    @Test
    void saysWhatWasRun() {
        assertThat(REALISTIC)
                .contains("<h1>Load test: sluice 0.1.0</h1>")
                .contains("<code>sluice load-test fan-out --limit --runs 3 --json a.json</code>")
                .contains("<dd>2026-11-21 17:30:00 UTC</dd>")
                .contains("<dd>Example CPU 3000, 8 cores</dd>");
    }

    @Test
    void needsNothingFromOutside() {
        String withoutLicence = REALISTIC.replaceAll("(?s)<!--.*?-->", "");
        assertThat(withoutLicence)
                .contains("default-src 'none'")
                .doesNotContainPattern("<(link|img|iframe|object)\\b")
                .doesNotContainPattern("\\bsrc=")
                .doesNotContainPattern("@import|url\\(")
                .doesNotContainPattern("href=\"[^#]");
    }

    @Test
    void carriesTheChartLibraryWithItsLicence() {
        assertThat(REALISTIC).contains("uPlot (v1.6.32)").contains("Copyright (c) 2022 Leon Sorokin");
    }

    @Test
    void answersBeforeItShowsTheEvidence() {
        assertThat(REALISTIC.indexOf("class=\"answers\""))
                .isPositive()
                .isLessThan(REALISTIC.indexOf("id=\"summary\""))
                .isLessThan(REALISTIC.indexOf("class=\"charts\""));
        assertThat(REALISTIC).contains("of their rate kept by healthy subscribers beside slow ones, sluice");
    }

    @Test
    void saysInWordsWhatHealthySubscribersKept() {
        assertThat(REALISTIC)
                .containsPattern(
                        "<li>sluice: healthy subscribers kept 0\\.\\d\\d \\(0\\.\\d\\d–1\\.\\d\\d\\) of their rate, p50 × ")
                .containsPattern("<li>nats: healthy subscribers kept 0\\.0\\d");
    }

    @Test
    void listsEveryRun() {
        Report report = SampleReports.realistic(1);
        long runs = report.rows().stream().mapToLong(row -> row.runs().size()).sum();
        long listed = 0;
        Matcher details =
                Pattern.compile("(?s)<summary id=\"runs-.*?</details>").matcher(REALISTIC);
        while (details.find()) {
            listed += details.group().split("<tr><th scope=\"row\"", -1).length - 1;
        }
        assertThat(listed).isEqualTo(runs);
    }

    @Test
    void givesEveryFigureOfARunItsUnit() {
        String run =
                REALISTIC.split("id=\"runs-1\"", 2)[1].split("<tbody>", 2)[1].split("</tr>", 2)[0];
        assertThat(run)
                .containsPattern(
                        "<th scope=\"row\">sluice</th><td>1</td><td>10 s</td><td class=\"main\">12\\.\\d M/s</td>")
                .contains(
                        "<td>0.05 µs</td><td>1.18</td><td>92 MiB</td><td>148 MiB</td><td>151 MiB</td><td>11.2 s</td>");
    }

    @Test
    void marksRowsThatTheGeneratorBounds() {
        assertThat(REALISTIC.split("<h2 id=\"row-2\">", 2)[1].split("</h2>", 2)[0])
                .contains("generator-bound");
        assertThat(REALISTIC.split("<h2 id=\"row-1\">", 2)[1].split("</h2>", 2)[0])
                .doesNotContain("generator-bound");
    }

    @Test
    void putsProblemsAtTheTop() {
        String page = HtmlReport.page(List.of(SampleReports.odd()));
        assertThat(page).contains("<h2>3 problems</h2>").contains("another one</li>");
        assertThat(page.indexOf("3 problems")).isLessThan(page.indexOf("class=\"answers\""));
        assertThat(REALISTIC).doesNotContain("status bad").contains("no message was lost, duplicated or reordered");
    }

    @Test
    void escapesTextOfReports() {
        String page = HtmlReport.page(List.of(SampleReports.odd()));
        assertThat(page)
                .doesNotContain("<img")
                .contains("&lt;/script&gt;&lt;img")
                .contains("\\u003c/script>\\u003cimg");
        // The data, the library and the script of the page, and no other.
        assertThat(page.split("<script", -1)).hasSize(4);
        assertThat(page.split("</script>", -1)).hasSize(4);
    }

    @Test
    void standsAnEmptyReport() {
        assertThat(HtmlReport.page(List.of(SampleReports.nothing()))).contains("nothing was measured");
        assertThat(HtmlReport.page(List.of())).contains("nothing was measured");
    }

    @Test
    void showsNoNumberThatIsNone() {
        String page = HtmlReport.page(List.of(SampleReports.odd()));
        String figures = page.replaceAll("(?s)<script.*?</script>|<style.*?</style>", "");
        assertThat(figures).doesNotContain("NaN").doesNotContain("Infinity").doesNotContain(">null<");
        assertThat(data(page)).doesNotContain("NaN").doesNotContain("Infinity");
    }

    @Test
    void comparesReports() {
        String page = HtmlReport.page(
                List.of(SampleReports.realistic(1), SampleReports.realistic(1.5)), List.of("before", "after"));
        assertThat(page)
                .contains("2 reports compared")
                .contains("<th scope=\"col\">against before</th>")
                .contains(" M/s (1.50 × before)");
    }

    @Test
    void wantsANameForEachReport() {
        assertThatThrownBy(() -> HtmlReport.page(List.of(SampleReports.nothing()), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 reports and 0 names");
    }

    @Test
    void staysSmallHoweverLongTheRun() {
        Report day = SampleReports.report(List.of(new Report.Row(
                "a day",
                "soak",
                java.util.Map.of(),
                0,
                false,
                List.of(SampleReports.run(1, "sluice", "", "", 1e6, 300, 0.1, 86_400, 10)),
                List.of(),
                List.of())));
        assertThat(data(HtmlReport.page(List.of(day))))
                .contains("\"seconds\":144")
                .hasSizeLessThan(60_000);
    }

    private static String data(String page) {
        return page.split("id=\"data\">", 2)[1].split("</script>", 2)[0];
    }
}

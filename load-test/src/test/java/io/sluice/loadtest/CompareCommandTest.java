package io.sluice.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.loadtest.report.JsonReport;
import io.sluice.loadtest.report.Report;
import io.sluice.loadtest.report.Report.Latency;
import io.sluice.loadtest.report.Report.Machine;
import io.sluice.loadtest.report.Report.Row;
import io.sluice.loadtest.report.Report.Run;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompareCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeReports() throws IOException {
        JsonReport.write(report(2e6), folder.resolve("before.json"));
        JsonReport.write(report(3e6), folder.resolve("after.json"));
    }

    @Test
    void comparesTwoReportsByTitleAndTarget() {
        assertThat(compare("before.json", "after.json")).isZero();

        assertThat(out.toString().lines())
                .hasSize(4)
                .anySatisfy(line -> assertThat(line).containsPattern("sluice +before +2 M/s +– +90 µs +200 µs"))
                .anySatisfy(line -> assertThat(line).containsPattern("sluice +after +3 M/s +1\\.50 +90 µs +200 µs"));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void writesAPageAndAPicture() throws IOException {
        Path page = folder.resolve("page.html");
        Path picture = folder.resolve("picture.svg");

        assertThat(compare("before.json", "--html", page.toString(), "--svg", picture.toString()))
                .isZero();

        assertThat(page)
                .content()
                .startsWith("<!DOCTYPE html>")
                .contains("topic 1→1")
                .endsWith("</html>\n");
        assertThat(picture).content().startsWith("<svg ").contains("2 M/s");
    }

    @Test
    void tellsReportsOfTheSameFileNameApart() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        JsonReport.write(report(3e6), other.resolve("before.json"));

        assertThat(compare("before.json", "other/before.json")).isZero();

        assertThat(out.toString()).contains(folder.resolve("other/before.json").toString());
    }

    @Test
    void refusesAFileThatIsNotThere() {
        assertThat(compare("before.json", "nowhere.json")).isEqualTo(2);
        assertThat(err.toString())
                .contains("nowhere.json: no such file or directory")
                .hasLineCount(1);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void refusesAFileThatIsNoReport() throws IOException {
        Files.writeString(folder.resolve("other.json"), "{\"format\": 7}");

        assertThat(compare("other.json")).isEqualTo(2);

        assertThat(err.toString()).contains("other.json").hasLineCount(1);
    }

    @Test
    void saysWhereItCannotWrite() {
        assertThat(compare(
                        "before.json",
                        "--html",
                        folder.resolve("no/such/page.html").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("cannot write").contains("page.html: no such file or directory");
    }

    @Test
    void wantsAFile() {
        assertThat(compare()).isEqualTo(2);
    }

    private int compare(String... arguments) {
        String[] resolved = arguments.clone();
        for (int i = 0; i < resolved.length; i++) {
            if (resolved[i].endsWith(".json")) {
                resolved[i] = folder.resolve(resolved[i]).toString();
            }
        }
        return new CommandLine(new CompareCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(resolved);
    }

    private static Report report(double rate) {
        Latency latency = new Latency(1000, 90, 150, 200, 300, 900, List.of());
        Latency none = new Latency(0, 0, 0, 0, 0, 0, List.of());
        Run run = new Run(
                1, "sluice", "", 10, rate, rate, Map.of("lost", 0L), latency, none, null, 1, Map.of(), List.of(), "");
        Row row = new Row(
                "topic 1→1", "throughput", Map.of("size", "128 B"), 0, false, List.of(run), List.of(), List.of());
        Machine machine = new Machine("Linux", "Example CPU", 2, 4096, "25");
        return new Report(1, "sluice 0.1.0", "2026-11-21T17:30:00Z", "load-test throughput", machine, List.of(row));
    }
}

package io.sluice.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonReportTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsReadAgain() throws Exception {
        Path file = folder.resolve("report.json");

        JsonReport.write(full(), file);

        assertThat(JsonReport.read(file)).isEqualTo(full());
        assertThat(JsonReport.read(file).rows().get(0).setting().keySet()).containsExactly("size", "publishers");
    }

    @Test
    void aKeyOfALaterVersionIsIgnored() throws Exception {
        Path file = folder.resolve("report.json");
        JsonReport.write(full(), file);
        Files.writeString(file, Files.readString(file).replaceFirst("\\{", "{\"later\": [1],"));

        assertThat(JsonReport.read(file)).isEqualTo(full());
    }

    @Test
    void anotherFormatIsRefusedWithItsNumber() throws Exception {
        Path file = folder.resolve("report.json");
        JsonReport.write(full(), file);
        Files.writeString(file, Files.readString(file).replaceFirst("\"format\" : 1", "\"format\" : 2"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonReport.read(file))
                .withMessageContaining("report.json has format 2 and only 1 can be read");
    }

    @Test
    void whatIsNoReportIsRefusedWithTheNameOfTheFile() throws Exception {
        for (String text : List.of("", "[]", "null", "{\"format\": 1}", "{", "<html>")) {
            Path file = Files.writeString(folder.resolve("other.json"), text);
            assertThatIllegalArgumentException()
                    .as(text)
                    .isThrownBy(() -> JsonReport.read(file))
                    .withMessageContaining("other.json");
        }
    }

    @Test
    void whatIsNotUnderstoodIsSaidInWordsOfTheFile() throws Exception {
        Path file = folder.resolve("report.json");
        JsonReport.write(full(), file);
        String report = Files.readString(file);

        assertThat(problem("")).endsWith("it is empty");
        assertThat(problem("{")).contains("no JSON in line 1: ");
        assertThat(problem(report.replaceFirst("\"publishedPerSecond\"", "\"published\"")))
                .contains("at rows[0].runs[0]");
        assertThat(problem(report.replaceFirst("\"seconds\" : 5.01", "\"seconds\" : \"long\"")))
                .endsWith("at rows[0].runs[0].seconds");
        for (String text : List.of("[]", "{}", "7")) {
            assertThat(problem(text)).doesNotContain("io.sluice", "Deserialization");
        }
        Files.write(file, new byte[] {(byte) 0xff});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonReport.read(file))
                .withMessageContaining("report.json is not a report of sluice load-test: it is no text");
    }

    private String problem(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("other.json"), text);
        return String.valueOf(catchThrowableOfType(IllegalArgumentException.class, () -> JsonReport.read(file))
                .getMessage());
    }

    private static Report full() {
        Map<String, String> setting = new LinkedHashMap<>();
        setting.put("size", "128 B");
        setting.put("publishers", "1");
        Report.Latency latency = new Report.Latency(
                2, 1.5, 2, 3, 4, 5, List.of(new Report.Percentile(50, 1.5), new Report.Percentile(100, 5)));
        Report.Latency none = new Report.Latency(0, 0, 0, 0, 0, 0, List.of());
        Report.Run run = new Report.Run(
                1,
                "sluice",
                "",
                5.01,
                1e6,
                1e7,
                Map.of("lost", 0L),
                latency,
                none,
                new Report.Usage(2.5, 0.05, 0.5, 80, 90, 95.5),
                1.25,
                Map.of("memory per connection (B)", 4321.0),
                List.of(new Report.Point(1, true, 10, 20, 1, 2, 3, 80, 0.5, 30, 20, 12)),
                "");
        Report.Run unknown = new Report.Run(
                1, "nats", "", 5, 0, 0, Map.of(), none, none, null, 0, Map.of(), List.of(), "connection refused");
        return new Report(
                Report.FORMAT,
                "sluice 1",
                "2026-01-01T00:00:00Z",
                "load-test throughput",
                new Report.Machine("Linux", "a CPU", 2, 4096, "17"),
                List.of(new Report.Row(
                        "topic 1→1, 128 B",
                        "throughput",
                        setting,
                        2e6,
                        true,
                        List.of(run, unknown),
                        List.of(new Report.Ratio("rate", "sluice", "nats", 2, 1.9, 2.1, 1)),
                        List.of("something was lost"))));
    }
}

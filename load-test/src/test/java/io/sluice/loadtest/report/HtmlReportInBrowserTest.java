package io.sluice.loadtest.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opens pages in Chromium where there is one: what its scripts made of them, and what it complained of. */
class HtmlReportInBrowserTest {
    @TempDir
    private Path folder;

    @Test
    void drawsEveryChartAndComplainsOfNothing() throws Exception {
        Seen seen = open(SampleReports.report(List.of(SampleReports.throughput("topic 1→10", 4e6, 3e6, 2e6, 1e6))));

        assertThat(seen.errors()).isEmpty();
        assertThat(seen.page().split("<canvas", -1)).as("six charts").hasSize(7);
        assertThat(seen.page()).contains("aria-pressed=\"true\"");
    }

    @Test
    void runsNoScriptThatAReportBrings() throws Exception {
        Seen seen = open(SampleReports.odd());

        assertThat(seen.errors()).isEmpty();
        assertThat(seen.page())
                .doesNotContain("<title>injected")
                .doesNotContain("<img")
                .contains("<canvas");
    }

    private record Seen(String page, List<String> errors) {}

    private Seen open(Report report) throws Exception {
        Optional<Path> chromium = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(path -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(path, name)))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(chromium.isPresent(), "no Chromium in PATH");
        Path page = Files.writeString(folder.resolve("page.html"), HtmlReport.page(List.of(report)));
        Path dom = folder.resolve("dom.html");
        Path log = folder.resolve("log.txt");
        Process process = new ProcessBuilder(
                        chromium.get().toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--enable-logging=stderr",
                        "--virtual-time-budget=5000",
                        "--dump-dom",
                        page.toUri().toString())
                .redirectOutput(dom.toFile())
                .redirectError(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as("ends within 60 s")
                    .isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        // Chromium's own complaints about the host are not ours; what a page says has "CONSOLE" in its line.
        List<String> errors = Files.readString(log, UTF_8)
                .lines()
                .filter(line -> line.contains("CONSOLE"))
                .toList();
        return new Seen(Files.readString(dom, UTF_8), errors);
    }
}

package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import io.sluice.systemtest.ReadmeText.Block;
import io.sluice.systemtest.Shell.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Does what the README says, block by block, and compares what is printed with what the README shows. Ids, ports, process
 * numbers and other figures are masked.
 *
 * <p>The commands run unchanged, in a folder with the distribution's {@code bin/sluice}. Only where the broker listens is
 * different, so that another broker on this machine does no harm: the broker is told so by its environment, and the tools by
 * the file in which users keep their host and port.
 */
class ReadmeIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String DEFAULT_PORT = "25000";

    @TempDir
    private Path folder;

    private int port;
    private Shell shell;
    private final Map<String, List<Running>> started = new LinkedHashMap<>();
    private String printed = "";

    @BeforeEach
    void openShell() throws IOException {
        port = Ports.unused();
        shell = new Shell(folder, port, Ports.unused());
    }

    @AfterEach
    void endAll() throws InterruptedException {
        for (List<Running> blocks : started.values()) {
            for (Running one : blocks) {
                one.end();
            }
        }
    }

    @Test
    void everyCommandDoesWhatIsShown() throws Exception {
        List<Block> blocks = ReadmeText.blocks(BrokerProcess.module().resolve("../README.md"));
        assertThat(blocks)
                .filteredOn(block -> List.of("sh", "java", "python").contains(block.language()))
                .hasSizeGreaterThanOrEqualTo(10)
                .allSatisfy(block -> assertThat(block.test())
                        .as("what to do with the block of line " + block.line())
                        .isNotEmpty());
        for (Block block : blocks) {
            String[] words = block.test().split(" ");
            switch (words[0]) {
                case "start" -> start(words[1], words.length > 2 && words[2].equals("twice") ? 2 : 1, block);
                case "run" -> printed = run(words.length > 2 ? words[2] : "bash", block);
                case "compile" -> compileAndRun(block);
                case "printed" -> expect(words, block);
                case "not", "" -> {
                    // Shown only.
                }
                default -> fail("line " + block.line() + ": nobody knows what is meant by '" + block.test() + "'");
            }
        }
    }

    private void start(String name, int times, Block block) throws Exception {
        List<Running> running = new ArrayList<>();
        started.put(name, running);
        for (int i = 0; i < times; i++) {
            Running one = shell.start(asOnATerminal(block.text()));
            running.add(one);
            // The broker's line, and a listener's.
            await().atMost(TIMEOUT).until(() -> one.out().matches("(?s).*(ready at |\nI am ).*\n"));
        }
    }

    private String run(String interpreter, Block block) throws Exception {
        return runToEnd(
                block,
                interpreter.equals("bash")
                        ? block.text()
                        : interpreter + " - <<'END'\n" + withPort(block.text()) + "END\n");
    }

    private String withPort(String program) {
        return program.replace(DEFAULT_PORT, Integer.toString(port));
    }

    private String runToEnd(Block block, String script) throws Exception {
        Shell.Result result = shell.start(asOnATerminal(script)).await(120);
        assertThat(result.exitCode())
                .as("line " + block.line() + ": " + result.out())
                .isZero();
        return result.out();
    }

    // Standard output and standard error in one, in the order in which they were written.
    private static String asOnATerminal(String script) {
        return "{\n" + script + "} 2>&1";
    }

    /** Puts the block into a main method, the imports before the class. */
    private void compileAndRun(Block block) throws Exception {
        String imports =
                block.text().lines().filter(line -> line.startsWith("import ")).collect(Collectors.joining("\n"));
        String body =
                block.text().lines().filter(line -> !line.startsWith("import ")).collect(Collectors.joining("\n"));
        Path source = folder.resolve("Line" + block.line() + ".java");
        Files.writeString(
                source,
                imports + "\npublic class Line" + block.line()
                        + " { public static void main(String[] arguments) throws Exception {\n"
                        + withPort(body) + "\n} }\n");
        String libraries;
        try (Stream<Path> jars = Files.list(BrokerProcess.home().resolve("lib"))) {
            libraries =
                    jars.map(Path::toString).filter(jar -> jar.endsWith(".jar")).collect(Collectors.joining(":"));
        }
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        printed = runToEnd(block, String.format("'%s' -cp '%s' '%s'%n", java, libraries, source));
    }

    private void expect(String[] words, Block block) throws Exception {
        List<String> expected = masked(block.text());
        if (words.length == 1) {
            assertThat(masked(printed)).as("line " + block.line()).containsExactlyElementsOf(expected);
        } else if (words[1].equals("later")) {
            Running broker = started.get(words[3]).get(0);
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(masked(broker.out()))
                            .as("line " + block.line())
                            .anySatisfy(line -> assertThat(line).contains(tail(expected.get(0))))
                            .anySatisfy(line -> assertThat(line).contains(tail(expected.get(1)))));
        } else if (words[2].equals("one")) {
            List<Running> processes = started.get(words[4]);
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(processes)
                            .as("line " + block.line())
                            .anySatisfy(one -> assertThat(masked(one.out())).containsExactlyElementsOf(expected)));
        } else {
            for (Running one : started.get(words[2])) {
                await().atMost(TIMEOUT)
                        .untilAsserted(() -> assertThat(masked(one.out()))
                                .as("line " + block.line())
                                .containsExactlyElementsOf(expected));
            }
        }
    }

    /** What stands after the time of a log line, up to where the README leaves something out. */
    private static String tail(String line) {
        int end = line.indexOf('…');
        return end < 0 ? line : line.substring(0, end).stripTrailing();
    }

    /** Everything that differs from run to run. */
    private static List<String> masked(String text) {
        return text.lines()
                .map(line -> line.replaceAll("\\b[0-9a-f]{8}\\b", "ID")
                        .replaceAll("127\\.0\\.0\\.1:\\d+", "ADDRESS")
                        .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "TIME")
                        .replaceAll("\\d+(\\.\\d+)+(-SNAPSHOT|\\.Final|\\+\\d+)?", "VERSION")
                        .replaceAll("java [0-9.]+", "java VERSION")
                        .replaceAll("made \\S+/admin-token", "made FILE")
                        // Which of the two depends on how fast the leaving listener reads the rest.
                        .replaceAll("(caught up|left) after", "ENDED after"))
                .map(line -> line.contains("sluice: ready") || line.contains("slow subscriber")
                        ? line.replaceAll("\\d+", "N").replaceAll("N MiB (machine|container)", "N MiB MACHINE")
                        : line)
                .toList();
    }
}

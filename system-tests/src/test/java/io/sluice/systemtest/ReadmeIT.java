package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import io.sluice.systemtest.ReadmeText.Block;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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
    private final Map<String, List<Started>> started = new LinkedHashMap<>();
    private String printed = "";

    /** A block that runs in a terminal of its own. */
    private record Started(Process process, Path output) {
        String text() throws IOException {
            return Files.readString(output);
        }
    }

    @BeforeEach
    void prepareFolder() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Files.createDirectory(folder.resolve("bin"));
        Files.createSymbolicLink(
                folder.resolve("bin/sluice"), BrokerProcess.home().resolve("bin/sluice"));
        Path settings = Files.createDirectories(folder.resolve("settings/sluice"));
        Files.writeString(settings.resolve("client.properties"), "port=" + port + "\n");
    }

    @AfterEach
    void endAll() throws InterruptedException {
        for (List<Started> processes : started.values()) {
            for (Started one : processes) {
                one.process.descendants().forEach(ProcessHandle::destroy);
                one.process.destroy();
                if (!one.process.waitFor(20, TimeUnit.SECONDS)) {
                    one.process.destroyForcibly();
                }
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
        List<Started> processes = new ArrayList<>();
        started.put(name, processes);
        for (int i = 0; i < times; i++) {
            Path output = folder.resolve(name + "." + i);
            Process process = bash(block.text())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            Started one = new Started(process, output);
            processes.add(one);
            // The broker's line, and a listener's.
            await().atMost(TIMEOUT).until(() -> one.text().matches("(?s).*(ready at |\nI am ).*\n"));
        }
    }

    private String run(String interpreter, Block block) throws Exception {
        Path output = folder.resolve("line-" + block.line());
        ProcessBuilder builder = interpreter.equals("bash")
                ? bash(block.text())
                : new ProcessBuilder(interpreter, "-c", block.text().replace(DEFAULT_PORT, Integer.toString(port)));
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            fail("line " + block.line() + " does not end; so far: " + Files.readString(output));
        }
        assertThat(process.exitValue())
                .as("line " + block.line() + ": " + Files.readString(output))
                .isZero();
        return Files.readString(output);
    }

    private ProcessBuilder bash(String script) {
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", script).directory(folder.toFile());
        builder.environment().put("SLUICE_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("SLUICE_CONF_LISTEN_PORT", Integer.toString(port));
        builder.environment().put("XDG_CONFIG_HOME", folder.resolve("settings").toString());
        return builder;
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
                        + body.replace(DEFAULT_PORT, Integer.toString(port)) + "\n} }\n");
        String libraries;
        try (Stream<Path> jars = Files.list(BrokerProcess.home().resolve("lib"))) {
            libraries =
                    jars.map(Path::toString).filter(jar -> jar.endsWith(".jar")).collect(Collectors.joining(":"));
        }
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        libraries,
                        source.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("java-" + block.line()).toFile())
                .start();
        assertThat(java.waitFor(60, TimeUnit.SECONDS)).isTrue();
        printed = Files.readString(folder.resolve("java-" + block.line()));
        assertThat(java.exitValue()).as("line " + block.line() + ": " + printed).isZero();
    }

    private void expect(String[] words, Block block) throws Exception {
        List<String> expected = masked(block.text());
        if (words.length == 1) {
            assertThat(masked(printed)).as("line " + block.line()).containsExactlyElementsOf(expected);
        } else if (words[1].equals("later")) {
            Started broker = started.get(words[3]).get(0);
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(masked(broker.text()))
                            .as("line " + block.line())
                            .anySatisfy(line -> assertThat(line).contains(tail(expected.get(0))))
                            .anySatisfy(line -> assertThat(line).contains(tail(expected.get(1)))));
        } else if (words[2].equals("one")) {
            List<Started> processes = started.get(words[4]);
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(processes)
                            .as("line " + block.line())
                            .anySatisfy(one -> assertThat(masked(one.text())).containsExactlyElementsOf(expected)));
        } else {
            for (Started one : started.get(words[2])) {
                await().atMost(TIMEOUT)
                        .untilAsserted(() -> assertThat(masked(one.text()))
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
                        // Which of the two depends on how fast the leaving listener reads the rest.
                        .replaceAll("(caught up|left) after", "ENDED after"))
                .map(line -> line.contains("sluice: ready") || line.contains("slow subscriber")
                        ? line.replaceAll("\\d+", "N").replaceAll("N MiB (machine|container)", "N MiB MACHINE")
                        : line)
                .toList();
    }
}

package io.sluice.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon as a process of its own: exit codes and what it prints. */
final class BrokerMainTest {
    @TempDir
    private Path directory;

    private record Ended(int code, String out, String err) {}

    @Test
    void checksTheConfiguration() throws Exception {
        Path good = Files.writeString(directory.resolve("good.yaml"), "listen:\n  port: 4711\n");
        Ended ended = run("--config", good.toString(), "--check-config");
        assertThat(ended.code()).isZero();
        assertThat(ended.out()).isEqualTo("the configuration is good: " + good + "\n");
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void namesEveryProblemOfABadConfiguration() throws Exception {
        Path bad = Files.writeString(directory.resolve("bad.yaml"), "listen:\n  port: 99999\nqueue: 1\n");
        Ended ended = run("--config", bad.toString(), "--check-config");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err().lines())
                .hasSizeGreaterThanOrEqualTo(2)
                .allMatch(line -> line.startsWith("sluice broker: "))
                .anyMatch(line -> line.contains("listen.port"))
                .anyMatch(line -> line.contains("queue"));
    }

    @Test
    void printsTheConfigurationInEffect() throws Exception {
        Ended ended = run("--port", "4711", "--print-config");
        assertThat(ended.code()).isZero();
        assertThat(ended.out()).contains("4711").contains("flag");
    }

    @Test
    void wrongUsageIsCodeTwo() throws Exception {
        Ended ended = run("--no-such-option");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err()).contains("--no-such-option");
    }

    @Test
    void aPortThatIsTakenIsCodeOneAndOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Ended ended = run("--port", Integer.toString(taken.getLocalPort()));
            assertThat(ended.code()).isEqualTo(1);
            assertThat(ended.err().lines()).hasSize(1);
            assertThat(ended.err())
                    .startsWith("sluice broker: cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": ");
        }
    }

    @Test
    void logsAnObjectALineByChoice() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
            String port = Integer.toString(taken.getLocalPort());
            Ended ended = run("--host", "0.0.0.0", "--port", port, "--set", "log.format=json");
            assertThat(ended.code()).isEqualTo(1);
            assertThat(ended.out().lines())
                    .isNotEmpty()
                    .allMatch(line -> line.startsWith("{\"timestamp\":") && line.endsWith("}"))
                    .anyMatch(line -> line.contains("\"level\":\"WARN\"")
                            && line.contains("\"formattedMessage\":\"listening on 0.0.0.0: everybody who"));
        }
    }

    private Ended run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1"));
        if (Runtime.version().feature() >= 24) {
            // As the launcher does, so that the JVM says nothing of its own.
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), BrokerMain.class.getName()));
        command.addAll(List.of(arguments));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Ended(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }
}

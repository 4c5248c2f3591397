package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Commands in processes of their own, ended by a signal. It is SIGTERM, and not the SIGINT of Ctrl-C, because a child of
 * a process in the background ignores the latter; to the JVM they differ in nothing but the exit code.
 */
@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
final class SignalTest {
    private static final int EXIT_CODE_OF_SIGTERM = 143;

    private final FakeBroker broker = new FakeBroker();
    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void endAll() throws IOException {
        broker.close();
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void senderSaysGoodbyeAndReports() throws Exception {
        Process send = start("send", "--interval", "3600");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            client.readFrame();
            client.readFrame();
            send.toHandle().destroy();
            assertThat(client.readFrame()).isEmpty();
        }
        assertThat(exitCode(send)).isEqualTo(EXIT_CODE_OF_SIGTERM);
        assertThat(new String(send.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .endsWith("sent 1, confirmed 1, in doubt 0, dropped 0\n");
    }

    @Test
    void senderThatWaitsForALineEndsAtOnceAndReports() throws Exception {
        Process send = start("send", "-l");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            send.outputWriter(StandardCharsets.UTF_8).append("one\n").flush();
            client.readFrame();
            assertThat(client.readFrame()).isEqualTo("one");
            send.toHandle().destroy();
            assertThat(client.readFrame()).isEmpty();
        }
        assertThat(exitCode(send)).isEqualTo(EXIT_CODE_OF_SIGTERM);
        assertThat(new String(send.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .endsWith("sent 1, confirmed 1, in doubt 0, dropped 0\n")
                .doesNotContain("waiting");
    }

    @Test
    void listenerSaysGoodbyeAndPrintsWhatWasOnItsWay() throws Exception {
        Process listen = start("listen");
        try (FakeBroker.Client client = broker.accept()) {
            client.readFrame();
            client.writeFrame("first");
            assertThat(listen.inputReader(StandardCharsets.UTF_8).readLine()).endsWith(": first");
            listen.toHandle().destroy();
            assertThat(client.readFrame()).isEmpty();
            client.writeFrame("second");
        }
        assertThat(exitCode(listen)).isEqualTo(EXIT_CODE_OF_SIGTERM);
        assertThat(listen.inputReader(StandardCharsets.UTF_8).readLine()).endsWith(": second");
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SluiceCli.class.getName()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-p", Integer.toString(broker.port())));
        Process process = new ProcessBuilder(command).start();
        processes.add(process);
        return process;
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}

package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice top} on a terminal that {@code script} of util-linux makes. */
@Timeout(120)
final class TopOnATerminalTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SCREEN_OFF = "\u001b[?7h\u001b[?25h\u001b[?1049l";
    private static final char CTRL_C = 3;

    private final FakeAdmin broker = new FakeAdmin();

    @TempDir
    private Path folder;

    private Process process;
    private Path shown;

    @BeforeEach
    void needsScript() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")) && Files.isDirectory(Path.of("/proc/self")));
    }

    @AfterEach
    void end() throws InterruptedException {
        broker.close();
        if (process != null) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    /** Starts it between two looks at the settings of the terminal. */
    private void start(String environment) throws IOException {
        shown = folder.resolve("shown");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Files.writeString(
                folder.resolve("run"),
                "stty rows 30 columns 120\nstty -g > before\ntrap : INT\n" + environment + " '" + java
                        + "' -XX:TieredStopAtLevel=1 -Dsluice.stdout.terminal=true -Dsluice.stderr.terminal=true -cp '"
                        + System.getProperty("java.class.path") + "' " + SluiceCli.class.getName() + " top --admin "
                        + broker.address() + " --interval 0.1\necho $? > code\nstty -g > after\n");
        ProcessBuilder builder = new ProcessBuilder("/usr/bin/script", "-qfc", "bash ./run", "/dev/null")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(shown.toFile());
        builder.environment().put("TERM", "xterm-256color");
        builder.environment().remove("NO_COLOR");
        process = builder.start();
        awaitShown("/topic/busy");
    }

    private void type(String keys) throws IOException {
        OutputStream in = process.getOutputStream();
        in.write(keys.getBytes(StandardCharsets.UTF_8));
        in.flush();
    }

    private String shown() throws IOException {
        return Files.readString(shown);
    }

    private void awaitShown(String text) {
        await().atMost(PATIENCE).until(() -> shown().contains(text));
    }

    private void endsWith(int exitCode) throws Exception {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(folder.resolve("code")).hasContent(Integer.toString(exitCode));
        assertThat(Files.readString(folder.resolve("after"))).isEqualTo(Files.readString(folder.resolve("before")));
        assertThat(shown()).contains("\u001b[?1049h").contains(SCREEN_OFF);
        assertThat(shown().indexOf(SCREEN_OFF)).isEqualTo(shown().lastIndexOf(SCREEN_OFF));
    }

    private ProcessHandle java() {
        return process.descendants()
                .filter(child -> child.info().command().orElse("").endsWith("java"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void qEndsItAndTheTerminalIsAsItWas() throws Exception {
        start("");
        assertThat(shown()).contains("\u001b[1;31m!  /topic/busy");
        type("q");

        endsWith(ExitCode.OK);
    }

    @Test
    void ctrlCEndsItAndTheTerminalIsAsItWas() throws Exception {
        start("");
        type(String.valueOf(CTRL_C));

        endsWith(ExitCode.INTERRUPTED);
    }

    @Test
    void sigtermEndsItAndTheTerminalIsAsItWas() throws Exception {
        start("");
        java().destroy();

        endsWith(143);
    }

    @Test
    void keysAskTheBrokerForSomethingElse() throws Exception {
        start("");
        type("s");
        awaitShown("sort: age");
        type("/busy\r");
        await().atMost(PATIENCE)
                .until(() -> broker.requests().stream()
                        .anyMatch(request ->
                                request.uri().equals("/api/v1/connections?state=open&sort=age&limit=100&search=busy")));
        type("h");
        awaitShown("SLOW FOR   how long");
        type("qq");

        endsWith(ExitCode.OK);
    }

    @Test
    void aBrokerThatGoesIsToldAndAskedAgain() throws Exception {
        start("NO_COLOR=1");
        broker.answer("GET /api/v1/broker", 503, "{\"error\":{\"message\":\"not now\"}}");
        awaitShown("not now");
        int before = broker.requests().size();
        await().atMost(PATIENCE).until(() -> broker.requests().size() > before + 2);
        type("q");

        endsWith(ExitCode.OK);
        assertThat(shown()).doesNotContain("\u001b[1;31m");
    }

    @Test
    void followsTheSizeOfTheTerminal() throws Exception {
        start("");
        String tty = Files.readSymbolicLink(Path.of("/proc/" + java().pid() + "/fd/1"))
                .toString();
        Process stty = new ProcessBuilder("stty", "rows", "30", "columns", "37")
                .redirectInput(Path.of(tty).toFile())
                .start();
        assertThat(stty.waitFor()).isZero();
        awaitShown("connections 12 of 16,000, destinatio…\u001b[0m\u001b[K");
        type("q");

        endsWith(ExitCode.OK);
    }
}

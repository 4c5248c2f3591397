package io.sluice.systemtest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import plainsocket.ClientProcess;

/** A {@link ClientProcess} that this test has started and tells what to do. */
final class ChildClient implements AutoCloseable {
    private static final long END_TIMEOUT_S = 30;

    private final Process process;
    private final Writer commands;
    private final BufferedReader answers;

    /** How a client left in good order. */
    record Left(long published, long received, String ending) {}

    ChildClient() throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xshare:auto",
                        "-Xmx48m",
                        "-cp",
                        classes(),
                        ClientProcess.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        commands = process.outputWriter(StandardCharsets.UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Where the class files of this test are: the client needs no others. */
    private static String classes() {
        try {
            return Path.of(ClientProcess.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Does what a line of {@link ClientProcess} says, and returns when it is done. */
    String tell(Object... words) throws IOException {
        String line = String.join(
                " ", java.util.stream.Stream.of(words).map(Object::toString).toList());
        commands.write(line + "\n");
        commands.flush();
        String answer = answers.readLine();
        if (answer == null || !answer.startsWith("ok")) {
            throw new IOException(line + ": " + answer);
        }
        return answer.substring(2).strip();
    }

    /** Leaves in good order, by {@code goodbye} or {@code fin}. */
    Left leave(String how) throws IOException {
        List<String> words = List.of(tell(how).split(" "));
        return new Left(Long.parseLong(words.get(0)), Long.parseLong(words.get(1)), words.get(2));
    }

    /** Stops all its threads (SIGSTOP): its connections stay open, and are not read. */
    void freeze() throws IOException, InterruptedException {
        signal("STOP");
        Path stat = Path.of("/proc", Long.toString(process.pid()), "stat");
        org.awaitility.Awaitility.await("the process is stopped")
                .atMost(java.time.Duration.ofSeconds(END_TIMEOUT_S))
                .pollDelay(java.time.Duration.ZERO)
                .pollInterval(java.time.Duration.ofMillis(2))
                .until(() -> Files.readString(stat).contains(") T "));
    }

    /** Lets it go on (SIGCONT). */
    void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (code != 0) {
            throw new IOException("kill -" + name + " " + process.pid() + " ended with " + code);
        }
    }

    /** Kills it (SIGKILL), whatever it is doing, and waits until it is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(END_TIMEOUT_S, TimeUnit.SECONDS)) {
            throw new IllegalStateException("process " + process.pid() + " survives SIGKILL");
        }
    }

    /** Kills it if it is alive. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}

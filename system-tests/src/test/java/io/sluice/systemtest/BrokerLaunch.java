package io.sluice.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A broker that is started in an unusual way: with other variables, under limits that a shell sets, or so that it must
 * fail. Where it is enough to start one and use it, {@link BrokerProcess} does.
 */
final class BrokerLaunch {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final long POLL_MS = 5;

    private final Path folder;
    private final List<String> flags = new ArrayList<>();
    private final Map<String, String> variables = new LinkedHashMap<>();
    private List<String> before = List.of();

    /** @param name of the folder under {@code target/launches}; two brokers at a time need two names */
    BrokerLaunch(String name) throws IOException {
        folder = BrokerProcess.module().resolve("target").resolve("launches").resolve(name);
        Files.createDirectories(folder);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        variables.put("SLUICE_JAVA_HOME", System.getProperty("java.home"));
        variables.put(
                "XDG_STATE_HOME",
                folder.resolveSibling(folder.getFileName() + ".state").toString());
    }

    /** Further arguments of {@code sluice broker}. */
    BrokerLaunch flags(String... more) {
        flags.addAll(List.of(more));
        return this;
    }

    /** An environment variable. */
    BrokerLaunch variable(String name, String value) {
        variables.put(name, value);
        return this;
    }

    /** Commands of a shell that then becomes the broker, for example {@code ulimit -n 256}. */
    BrokerLaunch inShell(String commands) {
        return before("bash", "-c", commands + "; exec \"$@\"", "bash");
    }

    /** A command that runs the one that follows, for example {@code setpriv}. */
    BrokerLaunch before(String... command) {
        before = List.of(command);
        return this;
    }

    /** The folder of what the broker writes; made empty. */
    Path folder() {
        return folder;
    }

    /** What it printed, and how it ended. */
    record Ended(int exitCode, String out, String err) {}

    /** Runs it until it ends by itself. */
    Ended run() throws IOException, InterruptedException {
        Process process = process();
        try {
            if (!process.waitFor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("it has not ended: " + read("out") + read("err"));
            }
            return new Ended(process.exitValue(), read("out"), read("err"));
        } finally {
            process.destroyForcibly();
        }
    }

    /** Starts it on a free port and waits until it is ready. */
    Running start() throws IOException, InterruptedException {
        flags("--port", "0", "--ports-file", folder.resolve("ports").toString());
        flags("--stats-file", folder.resolve("stats").toString());
        long beganNs = System.nanoTime();
        Process process = process();
        try {
            while (!Files.exists(folder.resolve("ports"))) {
                if (process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
                    throw new AssertionError("it ended with " + process.exitValue() + ": " + read("out") + read("err"));
                }
                if (System.nanoTime() - beganNs > TIMEOUT.toNanos()) {
                    throw new AssertionError("it is not ready: " + read("out") + read("err"));
                }
            }
            long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
            String address = read("ports").lines().findFirst().orElseThrow();
            return new Running(process, Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)), tookMs);
        } catch (InterruptedException | RuntimeException | AssertionError e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** One that is ready. */
    final class Running implements AutoCloseable {
        private final Process process;
        private final int port;
        private final long startMs;

        private Running(Process process, int port, long startMs) {
            this.process = process;
            this.port = port;
            this.startMs = startMs;
        }

        int port() {
            return port;
        }

        long pid() {
            return process.pid();
        }

        boolean isAlive() {
            return process.isAlive();
        }

        /** From the start of the launcher until its ports file was there. */
        long startMs() {
            return startMs;
        }

        /** What it has printed so far. */
        String out() {
            return read("out");
        }

        String err() {
            return read("err");
        }

        StatsReader stats() {
            return new StatsReader(folder.resolve("stats"));
        }

        /** Sends SIGTERM. */
        void terminate() {
            process.destroy();
        }

        /** Waits for its end; returns its exit code. */
        int awaitExit() throws InterruptedException {
            if (!process.waitFor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("it has not ended: " + out() + err());
            }
            return process.exitValue();
        }

        @Override
        public void close() {
            process.destroy();
            try {
                if (!process.waitFor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }

    private Process process() throws IOException {
        List<String> command = new ArrayList<>(before);
        command.add(BrokerProcess.home().resolve("bin").resolve("sluice").toString());
        command.add("broker");
        command.addAll(flags);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().putAll(variables);
        return builder.start();
    }

    private String read(String file) {
        try {
            return Files.readString(folder.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

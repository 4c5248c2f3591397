package io.sluice.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A broker started from the distribution, as a process of its own, on a port the system chooses.
 *
 * <p>The distribution is where the system property {@code sluice.home} says, by default in the {@code dist} module's
 * build. The broker runs on the Java of this test. What it prints, its ports file and its statistics are kept in a
 * folder under {@code target}, which is emptied at start.
 *
 * <p>Memory and descriptors are read from {@code /proc}: Linux only. The launcher becomes the broker ({@code exec}), so
 * that the process started is the one that is measured and signalled.
 */
final class BrokerProcess implements AutoCloseable {
    // It starts within a second; where many others do something, not even in 30 s.
    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
    // The broker's own drain timeout is 8 s.
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);
    private static final long SIGINT_BIT = 1 << (2 - 1);
    private static final long POLL_MS = 20;
    private static final int OUTPUT_LINES_SHOWN = 40;

    private final Path folder;
    private final Process process;
    private final int port;
    private final int adminPort;

    private BrokerProcess(Path folder, Process process, int port, int adminPort) {
        this.folder = folder;
        this.process = process;
        this.port = port;
        this.adminPort = adminPort;
    }

    /**
     * Starts a broker and waits until it is ready.
     *
     * @param name of the folder under {@code target/brokers}; two brokers at a time need two names
     * @param flags further arguments of {@code sluice broker}
     */
    static BrokerProcess start(String name, String... flags) throws IOException, InterruptedException {
        return start(name, Map.of(), flags);
    }

    /**
     * As {@link #start(String, String...)}.
     *
     * @param environment variables added to those of this process
     */
    static BrokerProcess start(String name, Map<String, String> environment, String... flags)
            throws IOException, InterruptedException {
        Path folder = module().resolve("target").resolve("brokers").resolve(name);
        empty(folder);
        Path portsFile = folder.resolve("ports");
        List<String> command = new ArrayList<>(withInterrupts());
        command.addAll(List.of(
                home().resolve("bin").resolve("sluice").toString(),
                "broker",
                "--port",
                "0",
                "--ports-file",
                portsFile.toString(),
                "--stats-file",
                folder.resolve("stats").toString(),
                // So that loops hand messages to each other, on small machines too.
                "--set=transport.event-loops=2"));
        command.addAll(List.of(flags));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().put("SLUICE_JAVA_HOME", System.getProperty("java.home"));
        builder.environment()
                .put("XDG_STATE_HOME", folder.resolveSibling(name + ".state").toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            int port = awaitPort(process, portsFile, "native");
            return new BrokerProcess(folder, process, port, awaitPort(process, portsFile, "admin"));
        } catch (IOException | InterruptedException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /**
     * What to put before a command so that it can be interrupted. A shell's background job ignores SIGINT, and so would all
     * that it starts.
     */
    private static List<String> withInterrupts() throws IOException {
        try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
            long ignored = status.filter(line -> line.startsWith("SigIgn:"))
                    .map(line -> Long.parseUnsignedLong(
                            line.substring("SigIgn:".length()).strip(), 16))
                    .findFirst()
                    .orElse(0L);
            return (ignored & SIGINT_BIT) == 0 ? List.of() : List.of("env", "--default-signal=INT");
        }
    }

    /** The module's folder: tests run there, and Maven names it. */
    static Path module() {
        return Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    }

    /** The distribution. */
    static Path home() {
        String home = System.getProperty("sluice.home");
        return home == null ? module().resolve("../dist/target/sluice").normalize() : Path.of(home);
    }

    String host() {
        return "127.0.0.1";
    }

    /** The port of the native protocol. */
    int port() {
        return port;
    }

    /** The port of the admin listener. */
    int adminPort() {
        return adminPort;
    }

    /** Where the admin listener is asked. */
    String adminUrl() {
        return "http://127.0.0.1:" + adminPort;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What it printed. */
    Path out() {
        return folder.resolve("out");
    }

    /** What it printed as errors. */
    Path err() {
        return folder.resolve("err");
    }

    /** Its counters, appended while it runs: a JSON object a line. */
    Path statsFile() {
        return folder.resolve("stats");
    }

    /** Resident memory in bytes (VmRSS). */
    long residentBytes() {
        try (Stream<String> lines = Files.lines(proc().resolve("status"))) {
            String kib = lines.filter(line -> line.startsWith("VmRSS:"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no VmRSS: the broker has ended"))
                    .replaceAll("\\D", "");
            return Long.parseLong(kib) * 1024;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Open descriptors: connections, files, and what the JVM holds. */
    long openDescriptors() {
        try (Stream<Path> descriptors = Files.list(proc().resolve("fd"))) {
            return descriptors.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks it to end (SIGTERM) and waits; returns its exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        return awaitExit(STOP_TIMEOUT);
    }

    /** Ends it at once (SIGKILL) and waits. */
    void kill() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        awaitExit(STOP_TIMEOUT);
    }

    /** Waits for its end; returns its exit code, which is 128 and the number of the signal when one ended it. */
    int awaitExit(Duration timeout) throws InterruptedException {
        if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(
                    "the broker (process " + pid() + ") has not ended after " + timeout.toMillis() + " ms");
        }
        return process.exitValue();
    }

    /** The last lines it printed, for the message of a failure. */
    String lastOutput() {
        return lastLines(out()) + lastLines(err());
    }

    /** Ends it, if it has not ended: in good order if it can. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private Path proc() {
        return Path.of("/proc", Long.toString(pid()));
    }

    /** Waits for the ports file, which the broker writes when it is ready; it may be seen before all of it is there. */
    private static int awaitPort(Process process, Path portsFile, String name)
            throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + START_TIMEOUT.toNanos();
        while (deadlineNs - System.nanoTime() > 0) {
            if (Files.exists(portsFile)) {
                String content = Files.readString(portsFile);
                for (String line : content.substring(0, content.lastIndexOf('\n') + 1)
                        .lines()
                        .toList()) {
                    if (line.startsWith(name + "=")) {
                        return Integer.parseInt(
                                line.substring(line.lastIndexOf(':') + 1).strip());
                    }
                }
            }
            if (process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
                throw new IOException("the broker ended with exit code " + process.exitValue() + ": "
                        + lastLines(portsFile.resolveSibling("out")) + lastLines(portsFile.resolveSibling("err")));
            }
        }
        throw new IOException("no line " + name + "=... in " + portsFile + " after " + START_TIMEOUT.toMillis()
                + " ms: " + lastLines(portsFile.resolveSibling("out")) + lastLines(portsFile.resolveSibling("err")));
    }

    private static String lastLines(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - OUTPUT_LINES_SHOWN), lines.size()))
                    + "\n";
        } catch (IOException e) {
            return file + ": " + e.getMessage() + "\n";
        }
    }

    private static void empty(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }
}

package io.sluice.loadtest.target;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process that was started to be measured: a broker, a relay or a sink on a free port. {@link #close} ends it. */
public final class OwnProcess implements AutoCloseable {
    private static final long START_MS = 30_000;
    private static final long STOP_MS = 10_000;
    private static final long POLL_MS = 10;
    private static final int LINES_TOLD = 20;
    private static final int FIRST_WITH_NATIVE_ACCESS = 22;
    private static final int FIRST_WITH_UNSAFE_ACCESS = 23;

    private final Path folder;
    private final Process process;
    private final InetSocketAddress address;

    private OwnProcess(Path folder, Process process, InetSocketAddress address) {
        this.folder = folder;
        this.process = process;
        this.address = address;
    }

    /**
     * Starts {@code sluice broker} with its default flags, on the Java of this process.
     *
     * @param home of the installation: {@code bin/sluice} lies there
     */
    public static OwnProcess broker(Path home) throws IOException, StartException, InterruptedException {
        return start("the broker", List.of(home.resolve("bin/sluice").toString(), "broker"), List.of());
    }

    /** Starts the bare relay: what a broker could be on this machine if it did nothing but pass on. */
    public static OwnProcess relay() throws IOException, StartException, InterruptedException {
        return start("the relay", java(), List.of());
    }

    /** Starts what reads and discards all that is published to it. */
    public static OwnProcess sink() throws IOException, StartException, InterruptedException {
        return start("the sink", java(), List.of("--sink"));
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    public long pid() {
        return process.pid();
    }

    /** Ends it: in good order if it does so in time. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_MS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        delete(folder);
    }

    private static List<String> java() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-Xms64m", "-Xmx512m", "-XX:MaxDirectMemorySize=1g"));
        int version = Runtime.version().feature();
        if (version >= FIRST_WITH_NATIVE_ACCESS) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        if (version >= FIRST_WITH_UNSAFE_ACCESS) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.sluice.loadtest.target.RelayMain"));
        return command;
    }

    private static OwnProcess start(String what, List<String> command, List<String> flags)
            throws IOException, StartException, InterruptedException {
        Path folder = Files.createTempDirectory("sluice-load-test");
        Path ports = folder.resolve("ports");
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of("--port", "0", "--ports-file", ports.toString()));
        all.addAll(flags);
        Process process = null;
        try {
            ProcessBuilder builder = new ProcessBuilder(all)
                    .redirectOutput(folder.resolve("out").toFile())
                    .redirectError(folder.resolve("err").toFile());
            builder.environment().put("SLUICE_JAVA_HOME", System.getProperty("java.home"));
            process = builder.start();
            return new OwnProcess(folder, process, awaitAddress(what, process, folder, ports));
        } catch (IOException | StartException | InterruptedException e) {
            if (process != null) {
                process.destroyForcibly();
            }
            delete(folder);
            throw e;
        }
    }

    /** Waits for the line {@code native=ADDRESS:PORT}, which is written when it is ready. */
    private static InetSocketAddress awaitAddress(String what, Process process, Path folder, Path ports)
            throws IOException, StartException, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MS);
        while (deadlineNs - System.nanoTime() > 0) {
            String text = Files.exists(ports) ? Files.readString(ports) : "";
            if (text.startsWith("native=") && text.endsWith("\n")) {
                String address = text.lines().findFirst().orElseThrow().substring("native=".length());
                return Addresses.parse(address);
            }
            if (process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
                throw new StartException(
                        what + " did not start, exit code " + process.exitValue() + "; it printed: " + printed(folder));
            }
        }
        throw new StartException(what + " was not ready after " + START_MS + " ms; it printed: " + printed(folder));
    }

    private static String printed(Path folder) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String file : List.of("out", "err")) {
            lines.addAll(Files.readAllLines(folder.resolve(file)));
        }
        return lines.isEmpty()
                ? "nothing"
                : String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_TOLD), lines.size()));
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            // What is left of a folder for temporary files does no harm, and the measurement counts.
        }
    }
}

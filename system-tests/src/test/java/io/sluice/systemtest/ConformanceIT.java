package io.sluice.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import plainsocket.Conformance;

/**
 * Two suites, written from the specification alone, find that a long-lived broker keeps its promises. Each has a broker of
 * its own, as they use the same names.
 */
class ConformanceIT {
    private static final long PYTHON_MINUTES = 15;

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void keepsThePromisesThatThePythonSuiteTries() throws IOException, InterruptedException {
        if (!hasPython()) {
            System.out.println("SKIPPED python conformance: no python3");
            abort("no python3");
        }
        try (BrokerProcess broker = BrokerProcess.start("conformance-python")) {
            runPython(broker);
        }
    }

    private static void runPython(BrokerProcess broker) throws IOException, InterruptedException {
        Path suite = BrokerProcess.module().resolve("src/test/python/plainsocket/conformance.py");
        Path report = broker.out().resolveSibling("python-conformance");
        ProcessBuilder builder = new ProcessBuilder(
                        "python3", suite.toString(), "--host", broker.host(), "--port", Integer.toString(broker.port()))
                .redirectErrorStream(true)
                .redirectOutput(report.toFile());
        // The suite is in the source tree, where no compiled files should be left.
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        Process python = builder.start();
        try {
            assertTrue(python.waitFor(PYTHON_MINUTES, TimeUnit.MINUTES), () -> "not finished: " + read(report));
        } finally {
            python.destroyForcibly();
        }
        System.out.println(read(report));
        assertEquals(0, python.exitValue(), () -> failures(report) + "\nbroker: " + broker.lastOutput());
        assertTrue(broker.isAlive(), broker::lastOutput);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void keepsThePromisesThatTheJavaSuiteTries() throws IOException, InterruptedException {
        try (BrokerProcess broker = BrokerProcess.start("conformance-java")) {
            List<String> failures = Conformance.run(broker.host(), broker.port());
            assertEquals(List.of(), failures, () -> "broker: " + broker.lastOutput());
            assertTrue(broker.isAlive(), broker::lastOutput);
        }
    }

    private static boolean hasPython() throws InterruptedException {
        try {
            return new ProcessBuilder("python3", "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static String failures(Path report) {
        return String.join(
                "\n",
                read(report).lines().filter(line -> !line.startsWith("ok ")).toList());
    }

    private static String read(Path report) {
        try {
            return Files.readString(report);
        } catch (IOException e) {
            return e.toString();
        }
    }
}

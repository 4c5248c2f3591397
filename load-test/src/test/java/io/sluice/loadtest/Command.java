package io.sluice.loadtest;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Help.Ansi;

/** What {@code sluice load-test} printed, and its exit code. */
record Command(int exitCode, String out, String err) {
    static Command run(String... arguments) {
        return run(false, arguments);
    }

    static Command run(boolean terminal, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode = LoadTest.run(new Console(out, err, Ansi.OFF, terminal), arguments);
        return new Command(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}

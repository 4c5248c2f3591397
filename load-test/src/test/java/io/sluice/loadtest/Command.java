package io.sluice.loadtest;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Help.Ansi;

/** What {@code sluice load-test} printed, and its exit code. */
record Command(int exitCode, String out, String err) {
    static Command run(String... arguments) {
        return run(false, arguments);
    }

    static Command run(boolean terminal, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Command ended = run(out, terminal, arguments);
        return new Command(ended.exitCode, out.toString(StandardCharsets.UTF_8), ended.err);
    }

    /** As a command whose standard output is this; what it printed is not kept. */
    static Command runWritingTo(OutputStream out, String... arguments) {
        return run(out, false, arguments);
    }

    private static Command run(OutputStream out, boolean terminal, String... arguments) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode = LoadTest.run(new Console(out, err, Ansi.OFF, terminal), arguments);
        return new Command(exitCode, "", err.toString(StandardCharsets.UTF_8));
    }
}

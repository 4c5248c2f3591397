package io.sluice.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Help.Ansi;

/** Where a command writes: messages (and help that was asked for) to standard output, all else to standard error. */
final class Console {
    private final OutputStream out;
    private final PrintWriter err;
    private final Ansi ansi;

    Console(OutputStream out, OutputStream err, Ansi ansi) {
        this.out = out;
        this.err = new PrintWriter(err, true, StandardCharsets.UTF_8);
        this.ansi = ansi;
    }

    static Console ofProcess() {
        // Not System.out: a PrintStream keeps a failed write to itself, and a reader that has gone must be noticed.
        return new Console(
                new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err), Ansi.AUTO);
    }

    /** Standard output as it is: unbuffered, and a failed write throws. */
    OutputStream out() {
        return out;
    }

    PrintWriter err() {
        return err;
    }

    Ansi ansi() {
        return ansi;
    }

    /** A line of news on standard error. */
    void note(String line) {
        err.println(line);
    }

    /** A line on standard error that says why the command failed; red on a terminal. */
    void error(String line) {
        // Built from ansi's own codes, because markup in the line (a destination may hold "@|red") must stay text.
        err.println(ansi.enabled() ? "\u001b[31m" + line + "\u001b[0m" : line);
    }
}

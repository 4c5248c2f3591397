package io.sluice.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Help.Ansi;

/**
 * Where a command writes: messages (and help that was asked for) to standard output, all else to standard error. What goes to
 * standard error may come from any thread.
 */
final class Console {
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final OutputStream out;
    private final PrintWriter err;
    private final Ansi ansi;
    private final boolean outTerminal;
    private final boolean errTerminal;
    private boolean progressShown;

    /**
     * @param outTerminal whether standard output is a terminal
     * @param errTerminal whether a person sees standard error at once, on a line that can be written over
     */
    Console(OutputStream out, OutputStream err, Ansi ansi, boolean outTerminal, boolean errTerminal) {
        this.out = out;
        this.err = new PrintWriter(err, true, StandardCharsets.UTF_8);
        this.ansi = ansi;
        this.outTerminal = outTerminal;
        this.errTerminal = errTerminal;
    }

    static Console ofProcess() {
        // Not System.out: a PrintStream keeps a failed write to itself, and a reader that has gone must be noticed.
        return new Console(
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                Ansi.AUTO,
                // The JVM cannot tell; the launcher can.
                Boolean.getBoolean("sluice.stdout.terminal"),
                Boolean.getBoolean("sluice.stderr.terminal"));
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

    boolean isOutTerminal() {
        return outTerminal;
    }

    boolean isErrTerminal() {
        return errTerminal;
    }

    /** A line of news on standard error. */
    synchronized void note(String line) {
        clearProgress();
        err.println(line);
    }

    /** How far it is: on a terminal in the place of the last such line. */
    synchronized void progress(String line) {
        if (errTerminal) {
            err.print(CLEAR_LINE + line);
            err.flush();
            progressShown = true;
        } else {
            err.println(line);
        }
    }

    /** A line on standard error that says why the command failed; red on a terminal. */
    synchronized void error(String line) {
        clearProgress();
        // Built from ansi's own codes, because markup in the line (a destination may hold "@|red") must stay text.
        err.println(ansi.enabled() ? "\u001b[31m" + line + "\u001b[0m" : line);
    }

    private void clearProgress() {
        if (progressShown) {
            err.print(CLEAR_LINE);
            progressShown = false;
        }
    }
}

package io.sluice.loadtest;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Help.Ansi;

/** Results and help go to standard output, all else to standard error. May be used from any thread. */
final class Console {
    /** For who ends it before there are results. */
    static final String NOTHING_MEASURED = "interrupted before anything was measured";

    private static final String CLEAR_LINE = "\r\u001b[K";

    /** What is too long for the terminal is cut off: a line that wraps could not be written over. */
    private static final String NO_WRAP = "\u001b[?7l";

    private static final String WRAP = "\u001b[?7h";

    private final StandardOutput standardOutput;
    private final PrintWriter out;
    private final PrintWriter err;
    private final Ansi ansi;
    private final boolean errTerminal;
    private boolean progressShown;

    /** @param errTerminal whether standard error is a terminal, whose last line can be written over */
    Console(OutputStream out, OutputStream err, Ansi ansi, boolean errTerminal) {
        this.standardOutput = new StandardOutput(out);
        this.out = new PrintWriter(standardOutput, true, StandardCharsets.UTF_8);
        this.err = new PrintWriter(err, true, StandardCharsets.UTF_8);
        this.ansi = ansi;
        this.errTerminal = errTerminal;
    }

    static Console ofProcess() {
        // Not System.out: a PrintStream keeps a failed write to itself.
        return new Console(
                new FileOutputStream(FileDescriptor.out),
                System.err,
                Ansi.AUTO,
                // The JVM cannot tell whether it is a terminal; the launcher can.
                Boolean.getBoolean("sluice.stderr.terminal"));
    }

    PrintWriter out() {
        return out;
    }

    PrintWriter err() {
        return err;
    }

    Ansi ansi() {
        return ansi;
    }

    boolean isErrTerminal() {
        return errTerminal;
    }

    synchronized void print(String text) {
        clearProgress();
        out.print(text);
        out.flush();
    }

    /** A line of news. */
    synchronized void note(String line) {
        clearProgress();
        err.println(line);
    }

    /** How far it is: on a terminal in the place of the last such line. */
    synchronized void progress(String line) {
        if (errTerminal) {
            err.print(CLEAR_LINE + NO_WRAP + line + WRAP);
            err.flush();
            progressShown = true;
        } else {
            err.println(line);
        }
    }

    /** Why it failed; red on a terminal. */
    synchronized void error(String line) {
        clearProgress();
        // Not ansi's markup: the line may hold text of the user's that looks like some.
        err.println(ansi.enabled() ? "\u001b[31m" + line + "\u001b[0m" : line);
    }

    /** The exit code of a command that ends with this one: it has failed if its results could not be written. */
    int ended(int exitCode) {
        out.flush();
        String problem = standardOutput.problem();
        if (problem == null) {
            return exitCode;
        }
        error("cannot write to standard output: " + problem);
        return exitCode == ExitCode.OK ? ExitCode.FAILED : exitCode;
    }

    private void clearProgress() {
        if (progressShown) {
            err.print(CLEAR_LINE);
            err.flush();
            progressShown = false;
        }
    }
}

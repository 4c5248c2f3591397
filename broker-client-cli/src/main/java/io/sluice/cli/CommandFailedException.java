package io.sluice.cli;

/** Ends a command. */
final class CommandFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final String line;

    CommandFailedException(int exitCode, String line) {
        super(line);
        this.exitCode = exitCode;
        this.line = line;
    }

    /** One of {@link ExitCode}. */
    int exitCode() {
        return exitCode;
    }

    /** What the user is told: what happened, with the numbers, and what to do. */
    String line() {
        return line;
    }
}

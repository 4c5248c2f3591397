package io.sluice.loadtest.target;

/** A process that was to be measured did not start; the message says what it printed. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1;

    StartException(String message) {
        super(message);
    }
}

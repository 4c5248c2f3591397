package io.sluice.loadtest.generator;

/** The load could not begin: a connection was refused, closed or never confirmed. The message says which, and what to do. */
public final class ConnectFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ConnectFailedException(String message) {
        super(message);
    }
}

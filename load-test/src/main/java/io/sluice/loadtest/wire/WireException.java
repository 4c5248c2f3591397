package io.sluice.loadtest.wire;

/** The broker sent what the protocol does not allow, or refused; the message says what. */
public final class WireException extends Exception {
    private static final long serialVersionUID = 1;

    public WireException(String message) {
        super(message);
    }
}

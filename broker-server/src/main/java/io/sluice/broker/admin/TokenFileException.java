package io.sluice.broker.admin;

/** There must be a token, and there is none; the message says why and what to do. */
public final class TokenFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TokenFileException(String message) {
        super(message);
    }
}

package io.sluice.client;

import java.io.IOException;

/** The client, or the subscription, has been closed. */
public final class ClosedException extends IOException {
    private static final long serialVersionUID = 1L;

    ClosedException(String message) {
        super(message);
    }
}

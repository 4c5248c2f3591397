package io.sluice.client;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The first connection was not made: the message says to which address, why not, and what to do. */
public final class CannotConnectException extends IOException {
    private static final long serialVersionUID = 1L;

    CannotConnectException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

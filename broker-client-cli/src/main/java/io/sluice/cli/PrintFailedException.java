package io.sluice.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import org.jspecify.annotations.Nullable;

/** A message cannot be written. */
final class PrintFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final boolean readerGone;

    /** @param where what cannot be written to, such as "standard output" */
    PrintFailedException(String where, IOException cause) {
        super(cause);
        reason = "cannot write to " + where + ": " + cause.getMessage();
        readerGone = cause.getMessage() != null && cause.getMessage().equals(brokenPipeMessage());
    }

    /** What the user is told. */
    String reason() {
        return reason;
    }

    /** Whether the reader of a pipe has left, as {@code head} does: no error, it has what it wanted. */
    boolean isReaderGone() {
        return readerGone;
    }

    /**
     * What the system says when the reader of a pipe has left. Java tells the errors of a write apart by this text alone,
     * and it is in the user's language: so it is provoked on a pipe of our own.
     */
    private static @Nullable String brokenPipeMessage() {
        try {
            Pipe pipe = Pipe.open();
            try (Pipe.SinkChannel sink = pipe.sink()) {
                pipe.source().close();
                sink.write(ByteBuffer.wrap(new byte[1]));
                return null;
            }
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}

package io.sluice.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Prints one line per message: {@code Received by 9ae04690: Msg 1 from 6b5a8e1d}. Buffered until {@link #flush}. */
final class MessagePrinter {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final OutputStream out;
    private final byte[] linePrefix;

    MessagePrinter(OutputStream out, String listenerId) {
        this.out = new BufferedOutputStream(out, BUFFER_BYTES);
        linePrefix = ("Received by " + listenerId + ": ").getBytes(StandardCharsets.UTF_8);
    }

    void print(ByteBuffer payload) throws PrintFailedException {
        try {
            out.write(linePrefix);
            TerminalText.write(payload, out);
            out.write('\n');
        } catch (IOException e) {
            throw new PrintFailedException(e);
        }
    }

    void flush() throws PrintFailedException {
        try {
            out.flush();
        } catch (IOException e) {
            throw new PrintFailedException(e);
        }
    }

    /** Standard output takes nothing more. */
    static final class PrintFailedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final String reason;
        private final boolean readerGone;

        private PrintFailedException(IOException cause) {
            super(cause);
            reason = Connection.reasonOf(cause);
            readerGone = cause.getMessage() != null && cause.getMessage().equals(brokenPipeMessage());
        }

        String reason() {
            return reason;
        }

        /** Whether the reader of a pipe has left, as {@code head} does: no error, it has what it wanted. */
        boolean isReaderGone() {
            return readerGone;
        }

        /**
         * What the system says when the reader of a pipe has left. Java tells the errors of a write apart by this text
         * alone, and it is in the user's language: so it is provoked on a pipe of our own.
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
}

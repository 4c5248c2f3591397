package io.sluice.cli;

import io.sluice.client.Message;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Writes messages to standard output. Buffered until {@link #flush}: each flush is a write(2), and one read brings many. */
final class MessagePrinter implements MessageSink {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final OutputStream out;
    private final MessageFormat format;

    MessagePrinter(OutputStream out, MessageFormat format) {
        this.out = new BufferedOutputStream(out, BUFFER_BYTES);
        this.format = format;
    }

    @Override
    public void take(Message message) throws PrintFailedException {
        try {
            format.write(message, out);
        } catch (IOException e) {
            throw new PrintFailedException("standard output", e);
        }
    }

    @Override
    public void flush() throws PrintFailedException {
        try {
            out.flush();
        } catch (IOException e) {
            throw new PrintFailedException("standard output", e);
        }
    }
}

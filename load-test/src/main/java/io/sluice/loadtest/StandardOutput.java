package io.sluice.loadtest;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import org.jspecify.annotations.Nullable;

/** Standard output, which keeps why it could not be written: a PrintWriter only keeps that it could not. */
final class StandardOutput extends FilterOutputStream {
    private volatile @Nullable IOException fault;

    StandardOutput(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            fault = e;
            throw e;
        }
    }

    /** Why it could not be written; null if it could, or if the reader of a pipe has what it wanted, as {@code head}. */
    @Nullable
    String problem() {
        IOException e = fault;
        String message = e == null ? null : e.getMessage();
        return e == null || message != null && message.equals(brokenPipeMessage()) ? null : String.valueOf(message);
    }

    /** Java tells the errors of a write apart by this text alone, and it is in the user's language: so it is provoked. */
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

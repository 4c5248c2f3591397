package io.sluice.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Where a sender's payloads come from. */
@FunctionalInterface
interface PayloadSource {
    /**
     * The payload of a message.
     *
     * @param number of the message, from 1
     * @return null if there are no more
     * @throws IOException if it cannot be read; the message is for the user
     */
    byte @Nullable [] payload(long number) throws IOException;

    /** The same each time. */
    static PayloadSource fixed(byte[] payload) {
        return number -> payload;
    }

    /** A message a line, without the line end; an empty line is an empty message. */
    static PayloadSource lines(InputStream in, int maxBytes) {
        return new Lines(new BufferedInputStream(in, 64 * 1024), maxBytes);
    }

    /** Reads lines as bytes, whatever their encoding. */
    final class Lines implements PayloadSource {
        private static final int LINE_END = '\n';

        private final InputStream in;
        private final int maxBytes;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        private Lines(InputStream in, int maxBytes) {
            this.in = in;
            this.maxBytes = maxBytes;
        }

        @Override
        public byte @Nullable [] payload(long number) throws IOException {
            line.reset();
            int next = in.read();
            if (next < 0) {
                return null;
            }
            while (next >= 0 && next != LINE_END) {
                if (line.size() == maxBytes) {
                    throw new IOException("line " + number + " has more than " + maxBytes + " bytes");
                }
                line.write(next);
                next = in.read();
            }
            return line.toByteArray();
        }
    }
}

package io.sluice.cli;

import io.sluice.protocol.NativeFrames;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes frames from a blocking stream, as many as one read brings.
 *
 * <p>Holds at most one unfinished frame. Its buffer doubles with the bytes received, never on the word of a length, and
 * keeps the size that the longest frame needed, at most {@link NativeFrames#DEFAULT_MAX_FRAME_BYTES} and a header.
 */
final class FrameReader {
    private static final int SMALLEST_BUFFER_BYTES = 64 * 1024;

    private final InputStream in;
    private byte[] buffer = new byte[SMALLEST_BUFFER_BYTES];
    private int start;
    private int end;

    FrameReader(InputStream in) {
        this.in = in;
    }

    /** Whether {@link #next} has a frame at hand and will not wait for the stream. */
    boolean hasWholeFrame() throws FrameTooLongException {
        return end - start >= NativeFrames.HEADER_BYTES && end - start >= wholeFrameBytes();
    }

    /**
     * Waits for a frame and takes it.
     *
     * @return the content of the frame, valid until the next call; null at the end of the stream
     * @throws FrameTooLongException if the stream announces a frame that is too long
     * @throws EOFException if the stream ends within a frame
     */
    @Nullable
    ByteBuffer next() throws IOException {
        while (!hasWholeFrame()) {
            if (!fill()) {
                if (start == end) {
                    return null;
                }
                throw new EOFException("in the middle of a message, after " + (end - start) + " of its bytes");
            }
        }
        int contentStart = start + NativeFrames.HEADER_BYTES;
        int frameEnd = start + wholeFrameBytes();
        start = frameEnd;
        return ByteBuffer.wrap(buffer, contentStart, frameEnd - contentStart);
    }

    /** Bytes of the frame at {@code start}, whose header is at hand, with that header. */
    private int wholeFrameBytes() throws FrameTooLongException {
        long length = ByteBuffer.wrap(buffer).getInt(start) & 0xffff_ffffL;
        if (length > NativeFrames.DEFAULT_MAX_FRAME_BYTES) {
            throw new FrameTooLongException(length);
        }
        return NativeFrames.HEADER_BYTES + (int) length;
    }

    private boolean fill() throws IOException {
        if (start == end) {
            start = 0;
            end = 0;
        } else if (end == buffer.length) {
            makeRoom();
        }
        int bytes = in.read(buffer, end, buffer.length - end);
        if (bytes < 0) {
            return false;
        }
        end += bytes;
        return true;
    }

    private void makeRoom() {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            start = 0;
        } else {
            buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
    }

    /** The stream announces a frame longer than {@link NativeFrames#DEFAULT_MAX_FRAME_BYTES}. */
    static final class FrameTooLongException extends IOException {
        private static final long serialVersionUID = 1L;

        FrameTooLongException(long length) {
            super("a frame of " + length + " bytes was announced, at most " + NativeFrames.DEFAULT_MAX_FRAME_BYTES
                    + " are taken");
        }
    }
}

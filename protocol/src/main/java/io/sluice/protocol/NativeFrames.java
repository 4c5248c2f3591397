package io.sluice.protocol;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The native frame: an unsigned 32-bit big-endian length, then that many bytes.
 *
 * <p>A client sends one frame with the destination it subscribes to and then pairs of frames, destination and payload.
 * It receives one frame per message, the payload. A zero-length frame where a destination is due is goodbye.
 */
public final class NativeFrames {
    /** Bytes of the length before each frame. */
    public static final int HEADER_BYTES = 4;

    /** The longest frame unless configured otherwise: 16 MiB less one byte. */
    public static final int DEFAULT_MAX_FRAME_BYTES = 16 * 1024 * 1024 - 1;

    /** Up to this size words one by one are faster than the copy that the JDK brings. */
    private static final int MAX_WORDS_BYTES = 4 * Long.BYTES;

    /** The byte order of nearly all processors: in another each word would be turned around when read and when written. */
    private static final ByteOrder WORD_ORDER = ByteOrder.LITTLE_ENDIAN;

    private NativeFrames() {}

    /** Appends one frame of {@code content}'s readable bytes, which are consumed. */
    public static void write(ByteBuf out, ByteBuf content) {
        out.writeInt(content.readableBytes()).writeBytes(content);
    }

    /** Appends one frame of {@code content}. */
    public static void write(ByteBuf out, byte[] content) {
        out.writeInt(content.length).writeBytes(content);
    }

    /** Appends one publish: the destination's frame and the payload's. */
    public static void writeMessage(ByteBuf out, byte[] destination, byte[] payload) {
        write(out, destination);
        write(out, payload);
    }

    /** Appends goodbye: a zero-length frame where a destination is due. */
    public static void writeGoodbye(ByteBuf out) {
        out.writeInt(0);
    }

    /** Bytes on the wire of the frame whose length field stands at {@code index}, its header included. */
    public static int frameBytes(ByteBuf buffer, int index) {
        return HEADER_BYTES + buffer.getInt(index);
    }

    /** The same of a view. */
    public static int frameBytes(ByteBuffer view, int index) {
        return HEADER_BYTES + length(view, index);
    }

    /** The length field that stands at {@code index} of a view; negative is 2 GiB and more. */
    static int length(ByteBuffer view, int index) {
        return Integer.reverseBytes(view.getInt(index));
    }

    /** A buffer of its own over the same bytes, to {@link #copy} frames from or to; its numbers are little-endian. */
    public static ByteBuffer view(ByteBuffer buffer) {
        return buffer.duplicate().order(WORD_ORDER);
    }

    /** Copies a frame, header included, between two views: tiny ones, which are the most, word by word and without a call. */
    public static void copy(ByteBuffer source, int from, ByteBuffer target, int to, int frameBytes) {
        if (frameBytes > MAX_WORDS_BYTES) {
            target.put(to, source, from, frameBytes);
        } else if (frameBytes >= Long.BYTES) {
            copyWords(source, from, target, to, frameBytes);
        } else {
            // A frame is no shorter than its header.
            int last = frameBytes - Integer.BYTES;
            target.putInt(to, source.getInt(from));
            target.putInt(to + last, source.getInt(from + last));
        }
    }

    /** One to four words without a loop; the last ends where the frame does, and overlaps the one before it. */
    private static void copyWords(ByteBuffer source, int from, ByteBuffer target, int to, int bytes) {
        int last = bytes - Long.BYTES;
        if (bytes > 2 * Long.BYTES) {
            target.putLong(to + Long.BYTES, source.getLong(from + Long.BYTES));
            if (bytes > 3 * Long.BYTES) {
                target.putLong(to + 2 * Long.BYTES, source.getLong(from + 2 * Long.BYTES));
            }
        }
        target.putLong(to, source.getLong(from));
        target.putLong(to + last, source.getLong(from + last));
    }
}

package io.sluice.protocol;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

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

    /** From this size on the copy that the JDK brings is faster than one word after the other. */
    private static final int BULK_BYTES = 64;

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

    /** Copies a frame, header included: tiny ones, which are the most, word by word and without a call. */
    public static void copy(ByteBuffer source, int from, ByteBuffer target, int to, int frameBytes) {
        if (frameBytes > BULK_BYTES) {
            target.put(to, source, from, frameBytes);
        } else if (frameBytes > 4 * Long.BYTES) {
            int last = frameBytes - Long.BYTES;
            for (int i = 0; i < last; i += Long.BYTES) {
                target.putLong(to + i, source.getLong(from + i));
            }
            target.putLong(to + last, source.getLong(from + last));
        } else if (frameBytes >= Long.BYTES) {
            copyUpToFourWords(source, from, target, to, frameBytes);
        } else {
            // A frame is no shorter than its header.
            int last = frameBytes - Integer.BYTES;
            target.putInt(to, source.getInt(from));
            target.putInt(to + last, source.getInt(from + last));
        }
    }

    /** Without a loop: from both ends, and where they meet some bytes are written twice. */
    private static void copyUpToFourWords(ByteBuffer source, int from, ByteBuffer target, int to, int bytes) {
        int last = bytes - Long.BYTES;
        if (bytes >= 2 * Long.BYTES) {
            long second = source.getLong(from + Long.BYTES);
            long secondLast = source.getLong(from + last - Long.BYTES);
            target.putLong(to + Long.BYTES, second);
            target.putLong(to + last - Long.BYTES, secondLast);
        }
        target.putLong(to, source.getLong(from));
        target.putLong(to + last, source.getLong(from + last));
    }
}

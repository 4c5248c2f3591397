package io.sluice.protocol;

import static io.sluice.protocol.NativeFrames.HEADER_BYTES;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Finds frames in a stream of bytes, however it is cut.
 *
 * <p>Frames that lie whole in the buffer handed in are shown where they are, without a copy. Only a frame cut by the end
 * of that buffer is collected in one of the decoder's own, which grows with the bytes received (to at most twice as
 * many) and never on the word of a length.
 *
 * <p>Not thread-safe; belongs to one connection.
 */
public final class FrameDecoder {
    private static final int SMALLEST_PARTIAL_BYTES = 64;

    private final ByteBufAllocator allocator;
    private final FrameSink sink;
    private @Nullable ByteBuf partial;
    private boolean stopped;

    public FrameDecoder(ByteBufAllocator allocator, FrameSink sink) {
        this.allocator = allocator;
        this.sink = sink;
    }

    /**
     * Takes all readable bytes of {@code in}, unless the sink stops it.
     *
     * @return false when the sink has stopped decoding, now or before; the rest of {@code in} is then left unread
     */
    public boolean decode(ByteBuf in) {
        while (!stopped && in.isReadable()) {
            if (partial == null) {
                decodeWholeFrames(in);
                if (!stopped && in.isReadable()) {
                    keepRemainder(in);
                }
            } else {
                continuePartial(in, partial);
            }
        }
        return !stopped;
    }

    /** Whether a frame has begun and is not complete. */
    public boolean isMidFrame() {
        return partial != null;
    }

    /** Memory held for the frame that is not complete, in bytes; 0 between frames. */
    public int unfinishedBytes() {
        return partial == null ? 0 : partial.capacity();
    }

    /** Bytes received of the frame that is not complete; 0 between frames. */
    public int receivedBytes() {
        return partial == null ? 0 : partial.readableBytes();
    }

    /** Forgets an unfinished frame and takes nothing more. May be called twice. */
    public void close() {
        stopped = true;
        releasePartial();
    }

    private void decodeWholeFrames(ByteBuf in) {
        int index = in.readerIndex();
        int end = in.writerIndex();
        while ((index = sink.takeRun(in, index, end)) <= end - HEADER_BYTES) {
            long length = in.getUnsignedInt(index);
            if (!sink.acceptsLength(length)) {
                stopped = true;
                break;
            }
            if (end - index - HEADER_BYTES < length) {
                break;
            }
            int frameStart = index;
            index += HEADER_BYTES + (int) length;
            if (!sink.onFrame(in, frameStart, (int) length, false)) {
                stopped = true;
                break;
            }
        }
        in.readerIndex(index);
    }

    private void keepRemainder(ByteBuf in) {
        ByteBuf buffer = allocator.directBuffer(Math.max(SMALLEST_PARTIAL_BYTES, in.readableBytes()));
        partial = buffer;
        buffer.writeBytes(in);
    }

    private void continuePartial(ByteBuf in, ByteBuf buffer) {
        if (buffer.readableBytes() < HEADER_BYTES) {
            append(buffer, in, HEADER_BYTES);
            if (buffer.readableBytes() < HEADER_BYTES) {
                return;
            }
        }
        long length = buffer.getUnsignedInt(0);
        if (!sink.acceptsLength(length)) {
            stopped = true;
            return;
        }
        int wanted = HEADER_BYTES + (int) length;
        append(buffer, in, wanted);
        if (buffer.readableBytes() < wanted) {
            return;
        }
        try {
            stopped |= !sink.onFrame(buffer, 0, (int) length, true);
        } finally {
            releasePartial();
        }
    }

    /** Moves bytes until {@code buffer} holds {@code wanted} or {@code in} is empty. */
    private static void append(ByteBuf buffer, ByteBuf in, int wanted) {
        int bytes = Math.min(wanted - buffer.readableBytes(), in.readableBytes());
        int needed = buffer.readableBytes() + bytes;
        if (needed > buffer.capacity()) {
            // Doubling keeps the copying linear; the frame's end is the most that can ever be used.
            buffer.capacity((int) Math.min(wanted, Math.max(needed, 2L * buffer.readableBytes())));
        }
        buffer.writeBytes(in, bytes);
    }

    private void releasePartial() {
        ByteBuf buffer = partial;
        if (buffer != null) {
            partial = null;
            buffer.release();
        }
    }
}

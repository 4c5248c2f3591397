package io.sluice.broker.delivery;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.DuplicatedByteBuf;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber's view of a batch on its way to the socket. Its reader index is how far the kernel has taken it, and its
 * end can be drawn back, even after it was flushed, for as long as the kernel has not taken what lies beyond.
 *
 * <p>Not a {@code ByteBuf.duplicate()}: the NIO transport keeps the {@link ByteBuffer} it once asked for, so cutting has
 * to reach that too. Shares the reference count of the buffer it shows.
 */
@SuppressWarnings("deprecation") // There is no other duplicate that may be extended.
final class WireSlice extends DuplicatedByteBuf {
    private final int start;
    private @Nullable ByteBuffer lent;

    WireSlice(ByteBuf shown) {
        super(shown);
        this.start = shown.readerIndex();
    }

    /** Bytes the kernel has taken. */
    int taken() {
        return readerIndex() - start;
    }

    /** Ends {@code bytes} after the beginning, which must not be fewer than were {@link #taken}. */
    void cutAfter(int bytes) {
        writerIndex(start + bytes);
        ByteBuffer buffer = lent;
        if (buffer != null) {
            buffer.limit(buffer.position() + readableBytes());
        }
    }

    @Override
    public ByteBuffer internalNioBuffer(int index, int length) {
        ByteBuffer buffer = super.internalNioBuffer(index, length);
        lent = buffer;
        return buffer;
    }
}

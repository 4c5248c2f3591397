package io.sluice.loadtest.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** One read buffer for all connections of a loop, so that what was read is still in the cache when it is looked at. */
public final class ReadBuffer {
    private final int bytes;
    private ByteBuf buffer;

    /** A buffer for reads of {@code bytes}; belongs to one loop. */
    public ReadBuffer(int bytes, ByteBufAllocator allocator) {
        this.bytes = bytes;
        this.buffer = allocator.directBuffer(bytes, bytes);
    }

    int bytes() {
        return bytes;
    }

    /** The buffer, empty and retained for the caller; a new one if somebody has kept it. */
    ByteBuf take(ByteBufAllocator allocator) {
        if (buffer.refCnt() != 1) {
            buffer.release();
            buffer = allocator.directBuffer(bytes, bytes);
        }
        return buffer.clear().retain();
    }

    /** Gives the memory back. On the loop, or when it has ended. */
    public void close() {
        buffer.release();
    }
}

package io.sluice.broker.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;

/**
 * One read buffer per event loop, for all its connections: whoever handles a read copies what it keeps before it returns.
 * So ten thousand idle connections hold no buffers, and the bytes of a read are still in the cache when they are routed.
 *
 * <p>Should a handler have kept the buffer after all, the next read gets a new one.
 */
final class SharedReadBuffer extends DefaultMaxMessagesRecvByteBufAllocator {
    /** Reads of one connection in a row, before others have their turn. */
    private static final int READS_IN_A_ROW = 4;

    private final int bytes;

    private final FastThreadLocal<ByteBuf> buffers = new FastThreadLocal<>() {
        @Override
        protected void onRemoval(ByteBuf buffer) {
            buffer.release();
        }
    };

    /** @param bytes the most that one read takes */
    SharedReadBuffer(int bytes) {
        this.bytes = bytes;
        maxMessagesPerRead(READS_IN_A_ROW);
    }

    @Override
    @SuppressWarnings("deprecation") // The handle it returns is deprecated; its replacement extends it.
    public Handle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public int guess() {
                return bytes;
            }

            @Override
            public ByteBuf allocate(ByteBufAllocator allocator) {
                ByteBuf buffer = buffers.getIfExists();
                if (buffer == null || buffer.refCnt() != 1) {
                    if (buffer != null) {
                        buffer.release();
                    }
                    buffer = allocator.directBuffer(bytes, bytes);
                    buffers.set(buffer);
                }
                return buffer.clear().retain();
            }
        };
    }
}

package io.sluice.broker.message;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;

/** Has memory for so many direct buffers. */
public final class ScarceAllocator extends AbstractByteBufAllocator {
    private int left = Integer.MAX_VALUE;

    /** From now on there is memory for so many more. */
    public void leave(int buffers) {
        left = buffers;
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return UnpooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        if (--left < 0) {
            throw new OutOfMemoryError("as if there were none");
        }
        // Its own alloc() would be the other one.
        return new UnpooledDirectByteBuf(this, initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }
}

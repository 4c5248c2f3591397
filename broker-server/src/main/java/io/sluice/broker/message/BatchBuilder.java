package io.sluice.broker.message;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.base.PinnedMemory;

/**
 * Puts frames of one read, all to one destination, together in a batch.
 *
 * <p>Frames are first copied end to end into a scratch buffer that all builders of an event loop share, and then into a
 * buffer of exactly their size: between {@link #add} and {@link #build} no other builder of the loop may add.
 */
@OwnLoop
public final class BatchBuilder {
    private static final FastThreadLocal<ByteBuf> SCRATCH = new FastThreadLocal<>() {
        @Override
        protected void onRemoval(ByteBuf scratch) {
            scratch.release();
        }
    };

    private final ByteBufAllocator allocator;
    private final PinnedMemory memory;
    private final ByteBuf scratch;
    private int messages;

    /** To be made on the loop it is used on. */
    public BatchBuilder(ByteBufAllocator allocator, PinnedMemory memory) {
        this.allocator = allocator;
        this.memory = memory;
        ByteBuf shared = SCRATCH.getIfExists();
        if (shared == null) {
            shared = allocator.directBuffer(MessageBatch.MAX_BYTES, MessageBatch.MAX_BYTES);
            SCRATCH.set(shared);
        }
        this.scratch = shared;
    }

    public boolean isEmpty() {
        return messages == 0;
    }

    /** Whether a frame of so many bytes can be added now. */
    public boolean hasRoomFor(int frameBytes) {
        return messages == 0 ? frameBytes <= scratch.capacity() : frameBytes <= scratch.writableBytes();
    }

    /** Copies a frame, header included. */
    public void add(ByteBuf frames, int index, int frameBytes) {
        if (messages++ == 0) {
            scratch.clear();
        }
        scratch.writeBytes(frames, index, frameBytes);
    }

    /** What was added, as a batch with one reference; there must be something. */
    public MessageBatch build(long arrivedNs) {
        int bytes = scratch.readableBytes();
        MessageBatch batch =
                new MessageBatch(allocator.directBuffer(bytes).writeBytes(scratch), messages, arrivedNs, memory);
        messages = 0;
        return batch;
    }

    /** Forgets what was added. */
    public void discard() {
        messages = 0;
    }

    /**
     * A batch of one frame that is too long to be put together with others.
     *
     * @param keepable whether the frame's buffer may be kept alive instead of copied
     */
    public MessageBatch buildOne(ByteBuf frames, int index, int frameBytes, boolean keepable, long arrivedNs) {
        // A slice keeps the whole buffer alive, so it must be worth it.
        ByteBuf frame = keepable && frameBytes >= frames.capacity() / 2
                ? frames.retainedSlice(index, frameBytes)
                : allocator.directBuffer(frameBytes).writeBytes(frames, index, frameBytes);
        return new MessageBatch(frame, 1, arrivedNs, memory);
    }
}

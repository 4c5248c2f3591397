package io.sluice.broker.message;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.base.PinnedMemory;
import io.sluice.protocol.PublishRun;

/**
 * Puts frames of one read, all to one destination, together in a batch.
 *
 * <p>Frames are copied end to end into a scratch buffer that all builders of an event loop share: between {@link #add} and
 * {@link #build} no other builder of the loop may add. When it is nearly full, the batch takes it, and the next batch gets
 * a new one; otherwise the batch is copied into a buffer of exactly its size.
 */
@OwnLoop
public final class BatchBuilder {
    /** The share of the scratch buffer from which on it is better given away than copied. */
    private static final double NEARLY_FULL = 0.75;

    private static final FastThreadLocal<Scratch> SCRATCH = new FastThreadLocal<>() {
        @Override
        protected void onRemoval(Scratch scratch) {
            scratch.buffer.release();
        }
    };

    private final ByteBufAllocator allocator;
    private final PinnedMemory memory;
    private final Scratch scratch;
    private int messages;

    /** What the builders of a loop share: a buffer, empty when no batch is being built. */
    private static final class Scratch {
        ByteBuf buffer;

        Scratch(ByteBuf buffer) {
            this.buffer = buffer;
        }
    }

    /** To be made on the loop it is used on. */
    public BatchBuilder(ByteBufAllocator allocator, PinnedMemory memory) {
        this.allocator = allocator;
        this.memory = memory;
        Scratch shared = SCRATCH.getIfExists();
        if (shared == null) {
            shared = new Scratch(newBuffer());
            SCRATCH.set(shared);
        }
        this.scratch = shared;
    }

    private ByteBuf newBuffer() {
        return allocator.directBuffer(MessageBatch.MAX_BYTES, MessageBatch.MAX_BYTES);
    }

    public boolean isEmpty() {
        return messages == 0;
    }

    /** Whether a frame of so many bytes can be added now. */
    public boolean hasRoomFor(int frameBytes) {
        ByteBuf buffer = scratch.buffer;
        return messages == 0 ? frameBytes <= buffer.capacity() : frameBytes <= buffer.writableBytes();
    }

    /** Copies a frame, header included. */
    public void add(ByteBuf frames, int index, int frameBytes) {
        if (messages++ == 0) {
            scratch.buffer.clear();
        }
        scratch.buffer.writeBytes(frames, index, frameBytes);
    }

    /**
     * Copies the frames of a run, as many as there is room for.
     *
     * @return where the first frame begins that was not copied
     */
    public int addRun(PublishRun run, ByteBuf frames, int index, int end) {
        if (messages == 0) {
            scratch.buffer.clear();
        }
        int next = run.take(frames, index, end, scratch.buffer);
        messages += run.messages();
        return next;
    }

    /** What was added, as a batch with one reference; there must be something. */
    public MessageBatch build(long arrivedNs) {
        MessageBatch batch = new MessageBatch(takeFrames(), messages, arrivedNs, memory);
        messages = 0;
        return batch;
    }

    private ByteBuf takeFrames() {
        ByteBuf buffer = scratch.buffer;
        int bytes = buffer.readableBytes();
        if (bytes < NEARLY_FULL * buffer.capacity()) {
            return allocator.directBuffer(bytes).writeBytes(buffer);
        }
        scratch.buffer = newBuffer();
        return buffer;
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

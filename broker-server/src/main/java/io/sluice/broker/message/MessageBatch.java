package io.sluice.broker.message;

import io.netty.buffer.ByteBuf;
import io.netty.util.AbstractReferenceCounted;
import io.sluice.broker.base.HeldUnder;
import io.sluice.broker.base.PinnedMemory;
import io.sluice.protocol.NativeFrames;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one publisher to one destination, in the order sent: their payloads as native frames, end to end.
 *
 * <p>All subscribers of a topic share one batch by reference count, each reading a duplicate of its own; nobody writes
 * it or moves its indices. What it costs is the memory it keeps alive, charged to the broker's {@link PinnedMemory} from
 * construction to the last release.
 *
 * <p>Immutable but for the reference count, the {@linkplain WirePages pages}, which it may lose at any time, and, for batches that
 * wait in a queue, the fields that belong to that queue: its arrival numbers and how far it has been dealt out.
 */
public final class MessageBatch extends AbstractReferenceCounted {
    /** What a batch costs besides its buffer: the objects around it and its place in a queue. */
    public static final int OVERHEAD_BYTES = 256;

    /** What a batch takes of the heap, in bytes, rounded up: itself, its buffer's object and count, its place and numbers. */
    public static final int HEAP_BYTES = 300;

    /** The most payload bytes that are put together in one batch; only a single message may be longer. */
    public static final int MAX_BYTES = 64 * 1024;

    private final ByteBuf frames;
    private final int messages;
    private final long arrivedNs;
    private final long costBytes;
    private final PinnedMemory memory;

    /** Changed under the batch's own lock. */
    private volatile @Nullable WirePages pages;

    @HeldUnder("the queue's lock")
    private @Nullable Arrivals arrivals;

    @HeldUnder("the queue's lock")
    private int dealtMessages;

    @HeldUnder("the queue's lock")
    private int dealtBytes;

    /**
     * Takes over the caller's reference to {@code frames}.
     *
     * @param frames native frames, from reader to writer index
     * @param messages how many, at least 1
     * @param arrivedNs when the oldest was read, by the broker's clock
     * @param memory what the cost is charged to
     */
    public MessageBatch(ByteBuf frames, int messages, long arrivedNs, PinnedMemory memory) {
        this.frames = frames;
        this.messages = messages;
        this.arrivedNs = arrivedNs;
        this.memory = memory;
        this.costBytes = OVERHEAD_BYTES + keptAlive(frames);
        memory.chargeBatch(costBytes);
    }

    /** What the allocator really gave: a pooled buffer is rounded up to a size class, a slice keeps the whole alive. */
    private static long keptAlive(ByteBuf frames) {
        ByteBuf root = frames;
        while (root.unwrap() != null) {
            root = root.unwrap();
        }
        return root.writerIndex() + (long) root.maxFastWritableBytes();
    }

    /** The frames; to be read through a duplicate. */
    public ByteBuf frames() {
        return frames;
    }

    public int messages() {
        return messages;
    }

    /** Bytes of payload, without the frames' lengths. */
    public long payloadBytes() {
        return frames.readableBytes() - (long) messages * NativeFrames.HEADER_BYTES;
    }

    /** Bytes of payload of the first {@code count} messages. */
    public long payloadBytesOf(int count) {
        return count == messages ? payloadBytes() : offsetOf(count) - (long) count * NativeFrames.HEADER_BYTES;
    }

    /** The memory this batch keeps alive, in bytes. */
    public long costBytes() {
        return costBytes;
    }

    public long arrivedNs() {
        return arrivedNs;
    }

    public PinnedMemory memory() {
        return memory;
    }

    /** Gives the messages their places in the order of a queue. */
    @HeldUnder("the queue's lock")
    public MessageBatch arrivedAs(Arrivals numbers) {
        arrivals = numbers;
        return this;
    }

    /** The arrival numbers a queue gave the messages. */
    public Arrivals arrivals() {
        if (arrivals == null) {
            throw new IllegalStateException("this batch has not arrived in a queue");
        }
        return arrivals;
    }

    /** Messages not yet dealt out. */
    @HeldUnder("the queue's lock")
    public int remainingMessages() {
        return messages - dealtMessages;
    }

    /** Bytes of the frames not yet dealt out. */
    @HeldUnder("the queue's lock")
    public int remainingBytes() {
        return frames.readableBytes() - dealtBytes;
    }

    /** Bytes of payload not yet dealt out. */
    @HeldUnder("the queue's lock")
    public long remainingPayloadBytes() {
        return remainingBytes() - (long) remainingMessages() * NativeFrames.HEADER_BYTES;
    }

    /** Where the frame of the next message to deal out begins. */
    @HeldUnder("the queue's lock")
    public int nextIndex() {
        return frames.readerIndex() + dealtBytes;
    }

    /** The arrival number of the next message to deal out. */
    @HeldUnder("the queue's lock")
    public long nextArrival() {
        return arrivals().get(dealtMessages);
    }

    /** The next message, whose frame has {@code frameBytes}, was dealt out. */
    @HeldUnder("the queue's lock")
    public void dealt(int frameBytes) {
        dealtMessages++;
        dealtBytes += frameBytes;
    }

    /** How many whole messages the first {@code bytes} bytes of the frames hold. */
    public int messagesWithin(int bytes) {
        int index = frames.readerIndex();
        int end = index + bytes;
        int whole = 0;
        while (whole < messages && index + NativeFrames.frameBytes(frames, index) <= end) {
            index += NativeFrames.frameBytes(frames, index);
            whole++;
        }
        return whole;
    }

    /** Where, counted from the beginning of the frames, the message at a position begins. */
    public int offsetOf(int message) {
        int index = frames.readerIndex();
        for (int i = 0; i < message; i++) {
            index += NativeFrames.frameBytes(frames, index);
        }
        return index - frames.readerIndex();
    }

    /** A batch of its own with the messages {@code from} (included) to {@code to} (not included), copied. */
    public MessageBatch copy(int from, int to) {
        int offset = offsetOf(from);
        int bytes = offsetOf(to) - offset;
        ByteBuf copy = frames.alloc().directBuffer(bytes);
        copy.writeBytes(frames, frames.readerIndex() + offset, bytes);
        MessageBatch part = new MessageBatch(copy, to - from, arrivedNs, memory);
        part.arrivals = arrivals == null ? null : arrivals.from(from);
        return part;
    }

    /** One batch with the messages of several, copied in their order; their references are given up. */
    static MessageBatch merge(Collection<MessageBatch> batches, int bytes) {
        MessageBatch oldest = batches.iterator().next();
        ByteBuf together = oldest.frames.alloc().directBuffer(bytes);
        Arrivals numbers = oldest.arrivals == null ? null : new Arrivals();
        int messages = 0;
        for (MessageBatch batch : batches) {
            together.writeBytes(batch.frames, batch.frames.readerIndex(), batch.frames.readableBytes());
            messages += batch.messages;
            if (numbers != null) {
                numbers.appendAll(batch.arrivals());
            }
        }
        MessageBatch merged = new MessageBatch(together, messages, oldest.arrivedNs, oldest.memory);
        merged.arrivals = numbers;
        batches.forEach(MessageBatch::release);
        return merged;
    }

    /** Nothing of it has been dealt out. */
    @HeldUnder("the queue's lock")
    boolean isUntouched() {
        return dealtMessages == 0;
    }

    /** Whether all arrival numbers are smaller than those of another batch, if the two have any. */
    boolean comesBefore(MessageBatch later) {
        return arrivals == null || later.arrivals == null || arrivals.last() < later.arrivals.first();
    }

    /** Takes over pages with its frames, before others see it. */
    synchronized void setPages(WirePages given) {
        pages = given;
    }

    /** Its frames as pages, with a reference for the caller; null if it has none, or none any more. */
    public @Nullable WirePages retainPages() {
        if (pages == null) {
            return null;
        }
        synchronized (this) {
            WirePages shared = pages;
            return shared == null ? null : shared.retain();
        }
    }

    /** Lets go of its pages, if it has any. */
    void dropPages() {
        WirePages dropped;
        synchronized (this) {
            dropped = pages;
            pages = null;
        }
        if (dropped != null) {
            dropped.release();
        }
    }

    @Override
    public MessageBatch touch(Object hint) {
        frames.touch(hint);
        return this;
    }

    @Override
    protected void deallocate() {
        dropPages();
        frames.release();
        memory.dischargeBatch(costBytes);
    }

    @Override
    public String toString() {
        return messages + " messages, " + frames.readableBytes() + " bytes, cost " + costBytes;
    }
}

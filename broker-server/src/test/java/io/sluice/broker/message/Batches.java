package io.sluice.broker.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import io.sluice.broker.base.PinnedMemory;
import io.sluice.protocol.NativeFrames;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Makes batches whose payloads are text, reads them back, and knows whether any memory is still held. */
public final class Batches {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final PinnedMemory memory;
    private long arrivedNs;

    /** Of a broker with memory enough. */
    public Batches() {
        this(Long.MAX_VALUE);
    }

    /** @param maxBytes the broker's memory bound */
    public Batches(long maxBytes) {
        this.memory = new PinnedMemory(maxBytes);
    }

    public UnpooledByteBufAllocator allocator() {
        return allocator;
    }

    public PinnedMemory memory() {
        return memory;
    }

    /** Batches made from now on were read at that time. */
    public Batches arrivingAt(long nowNs) {
        arrivedNs = nowNs;
        return this;
    }

    /** A batch of messages with these payloads. */
    public MessageBatch of(String... payloads) {
        return of(List.of(payloads));
    }

    /** A batch of messages with these payloads. */
    public MessageBatch of(List<String> payloads) {
        ByteBuf frames = framesOf(payloads);
        return new MessageBatch(frames, payloads.size(), arrivedNs, memory);
    }

    /** The same batch, in a buffer of another allocator. */
    public MessageBatch in(ByteBufAllocator other, MessageBatch batch) {
        ByteBuf frames = other.directBuffer(batch.frames().readableBytes());
        frames.writeBytes(batch.frames().duplicate());
        MessageBatch moved = new MessageBatch(frames, batch.messages(), batch.arrivedNs(), batch.memory());
        batch.release();
        return moved;
    }

    /** A batch of messages whose payloads are consecutive numbers. */
    public MessageBatch numbered(long first, int count) {
        return of(
                LongStream.range(first, first + count).mapToObj(Long::toString).toList());
    }

    /** A batch of one message of so many bytes of payload, beginning with some text. */
    public MessageBatch large(String text, int payloadBytes) {
        return of(text + " ".repeat(payloadBytes - text.length()));
    }

    /** Native frames, end to end, in a buffer of exactly their size. */
    public ByteBuf framesOf(List<String> payloads) {
        int bytes = payloads.stream()
                .mapToInt(payload -> NativeFrames.HEADER_BYTES + payload.getBytes(StandardCharsets.UTF_8).length)
                .sum();
        ByteBuf frames = allocator.directBuffer(bytes, bytes);
        payloads.forEach(payload -> NativeFrames.write(frames, payload.getBytes(StandardCharsets.UTF_8)));
        return frames;
    }

    /** The payloads of a batch, trimmed. */
    public static List<String> payloads(MessageBatch batch) {
        List<String> payloads = payloads(batch.frames());
        assertThat(payloads).as("messages of %s", batch).hasSize(batch.messages());
        return payloads;
    }

    /** The payloads of all whole native frames in a buffer, trimmed; its indices stay. */
    public static List<String> payloads(ByteBuf frames) {
        List<String> payloads = new ArrayList<>();
        ByteBuf rest = frames.duplicate();
        while (rest.readableBytes() >= NativeFrames.HEADER_BYTES
                && rest.readableBytes() >= NativeFrames.frameBytes(rest, rest.readerIndex())) {
            int length = rest.readInt();
            payloads.add(rest.readCharSequence(length, StandardCharsets.UTF_8)
                    .toString()
                    .strip());
        }
        return payloads;
    }

    /** Payloads of several batches, in their order. */
    public static List<String> payloads(List<MessageBatch> batches) {
        List<String> payloads = new ArrayList<>();
        batches.forEach(batch -> payloads.addAll(payloads(batch)));
        return payloads;
    }

    /** Payloads that are numbers. */
    public static List<Long> numbers(List<String> payloads) {
        return payloads.stream().map(Long::valueOf).toList();
    }

    /** Nothing that was made here, or from it, is held by anybody. */
    public void assertNothingHeld() {
        // Scratch buffers that threads keep for reuse.
        FastThreadLocal.removeAll();
        assertThat(memory.bytes()).as("pinned memory").isZero();
        assertThat(allocator.metric().usedDirectMemory())
                .as("direct memory in use")
                .isZero();
        assertThat(allocator.metric().usedHeapMemory()).as("heap memory in use").isZero();
    }
}

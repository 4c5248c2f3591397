package io.sluice.loadtest.benchmark;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.sluice.protocol.NativeFrames;
import java.nio.charset.StandardCharsets;

/** Bytes as they come from sockets and go into batches. */
final class Frames {
    /** As much as the broker reads at a time, and puts into one batch. */
    static final int READ_BYTES = 64 * 1024;

    /** Made as the broker makes its own: direct, one arena per loop, caches for all threads. */
    static final ByteBufAllocator ALLOCATOR = new PooledByteBufAllocator(true, 0, 2, 8192, 9, 256, 64, true);

    private Frames() {}

    /** How many publishes of that size a read brings. */
    static int pairsInRead(String destination, int payloadBytes) {
        return READ_BYTES / pairBytes(destination, payloadBytes);
    }

    /**
     * One read of a stream of publishes. It begins and ends within a frame, as reads do, and can be repeated: its last
     * bytes are the beginning of the frame whose rest its first bytes are. {@link #lead} comes before the first.
     */
    static ByteBuf read(String destination, int payloadBytes) {
        ByteBuf lead = lead(destination, payloadBytes);
        int bytes = pairsInRead(destination, payloadBytes) * pairBytes(destination, payloadBytes);
        ByteBuf pairs = ALLOCATOR.directBuffer(bytes);
        while (pairs.isWritable()) {
            pairs.writeBytes(onePair(destination, payloadBytes));
        }
        ByteBuf read = ALLOCATOR.directBuffer(bytes);
        read.writeBytes(pairs.skipBytes(lead.readableBytes())).writeBytes(lead);
        pairs.release();
        lead.release();
        return read;
    }

    /** The first half of a publish. */
    static ByteBuf lead(String destination, int payloadBytes) {
        return ALLOCATOR
                .directBuffer()
                .writeBytes(onePair(destination, payloadBytes), pairBytes(destination, payloadBytes) / 2);
    }

    /** Frames of that many payloads of the same size, end to end. */
    static ByteBuf payloads(int messages, int payloadBytes) {
        ByteBuf frames = ALLOCATOR.directBuffer(messages * (NativeFrames.HEADER_BYTES + payloadBytes));
        for (int i = 0; i < messages; i++) {
            NativeFrames.write(frames, new byte[payloadBytes]);
        }
        return frames;
    }

    /** One frame, the one that subscribes. */
    static ByteBuf subscription(String destination) {
        ByteBuf frame = ALLOCATOR.directBuffer();
        NativeFrames.write(frame, destination.getBytes(StandardCharsets.UTF_8));
        return frame;
    }

    private static int pairBytes(String destination, int payloadBytes) {
        return 2 * NativeFrames.HEADER_BYTES + destination.length() + payloadBytes;
    }

    private static ByteBuf onePair(String destination, int payloadBytes) {
        ByteBuf pair = Unpooled.buffer();
        NativeFrames.writeMessage(pair, destination.getBytes(StandardCharsets.UTF_8), new byte[payloadBytes]);
        return pair;
    }
}

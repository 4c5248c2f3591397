package io.sluice.loadtest.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * How one connection is read: into its loop's shared buffer, behind what the last read left over. So a handler always
 * has all bytes in one piece, and copies only the message that a read cut in two.
 *
 * <p>Each {@code channelRead} ends with {@link #keepRest}. Belongs to one connection and its loop.
 */
public final class Intake {
    /** A longer rest is not copied to the shared buffer: it stays where it is, and the next read goes behind it. */
    private static final int MOST_COPIED = 16 * 1024;

    private static final int SMALLEST_REST = 256;
    private static final int READS_IN_A_ROW = 4;

    private final ReadBuffer shared;
    private final Allocator allocator = new Allocator();
    private @Nullable ByteBuf rest;
    private int limit = Integer.MAX_VALUE;
    private int carried;

    /** An intake that reads into the loop's buffer. */
    public Intake(ReadBuffer shared) {
        this.shared = shared;
    }

    /** What the channel allocates its reads with. */
    public RecvByteBufAllocator allocator() {
        return allocator;
    }

    /** The most that one read takes from now on, in bytes, from 1; {@link Integer#MAX_VALUE} for no limit. */
    public void limit(int bytes) {
        limit = bytes;
    }

    /** Bytes of {@code in}, as it came to {@code channelRead}, that are new. */
    public int newBytes(ByteBuf in) {
        return in.readableBytes() - carried;
    }

    /** Keeps what a handler has not read of {@code in}, and releases it. */
    @SuppressWarnings("ReferenceEquality") // Which buffer it is matters, and not what it holds.
    public void keepRest(ByteBuf in) {
        ByteBuf kept = rest;
        if (in == kept) {
            kept.discardReadBytes();
        } else if (in.isReadable()) {
            if (kept == null) {
                kept = in.alloc().directBuffer(Math.max(SMALLEST_REST, in.readableBytes()));
                rest = kept;
            }
            kept.clear().writeBytes(in);
        } else if (kept != null) {
            kept.clear();
        }
        in.release();
        if (kept != null && !kept.isReadable() && kept.capacity() > MOST_COPIED) {
            close();
        }
    }

    /** Forgets the rest. May be called twice. */
    public void close() {
        ByteBuf kept = rest;
        if (kept != null) {
            rest = null;
            kept.release();
        }
    }

    private ByteBuf next(ByteBufAllocator alloc) {
        ByteBuf kept = rest;
        int restBytes = kept == null ? 0 : kept.readableBytes();
        carried = restBytes;
        if (kept != null && restBytes > Math.min(MOST_COPIED, shared.bytes() / 2)) {
            // Doubling keeps the copying linear, however long the message is.
            int room = Math.min(limit, Math.max(shared.bytes(), restBytes));
            if (kept.writableBytes() < room) {
                kept.capacity(restBytes + room);
            }
            return kept.retain();
        }
        ByteBuf buffer;
        if (limit == Integer.MAX_VALUE) {
            buffer = shared.take(alloc);
        } else {
            int room = restBytes + Math.min(limit, shared.bytes());
            buffer = alloc.directBuffer(room, room);
        }
        return kept == null ? buffer : buffer.writeBytes(kept, 0, restBytes);
    }

    private final class Allocator extends DefaultMaxMessagesRecvByteBufAllocator {
        Allocator() {
            super(READS_IN_A_ROW);
        }

        @Override
        @SuppressWarnings("deprecation") // The handle it returns is deprecated; its replacement extends it.
        public Handle newHandle() {
            return new MaxMessageHandle() {
                @Override
                public int guess() {
                    return shared.bytes();
                }

                @Override
                public ByteBuf allocate(ByteBufAllocator alloc) {
                    return next(alloc);
                }
            };
        }
    }
}

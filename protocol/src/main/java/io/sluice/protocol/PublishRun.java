package io.sluice.protocol;

import static io.sluice.protocol.NativeFrames.HEADER_BYTES;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * Takes the payload frames out of a run of publishes to one destination.
 *
 * <p>Who publishes usually sends many messages in a row to one destination, and tiny ones cost more in calls than in bytes:
 * {@link FrameDecoder} shows two frames for each. Here the run is walked in one loop, comparing names and copying frames
 * eight bytes at a time. Which messages are found is the same; whatever this loop does not take, the decoder does.
 *
 * <p>Not thread-safe; belongs to one connection.
 */
public final class PublishRun {
    private static final int WORD = Long.BYTES;

    /** The destination's frame but for its end, word by word. */
    private final long[] words;

    /** The last eight bytes of that frame; of a shorter one, the whole, and a mask for what follows it. */
    private final long tail;

    private final long tailMask;
    private final int tailOffset;
    private final int nameFrameBytes;
    private final int maxFrameBytes;
    private int messages;
    private boolean outFull;

    /**
     * @param name the destination, at least 1 byte
     * @param maxFrameBytes the longest payload frame to take, header included
     */
    public PublishRun(byte[] name, int maxFrameBytes) {
        this.nameFrameBytes = HEADER_BYTES + name.length;
        this.maxFrameBytes = maxFrameBytes;
        ByteBuffer bytes = ByteBuffer.allocate(Math.max(WORD, nameFrameBytes));
        ByteBuffer frame = NativeFrames.view(bytes.putInt(name.length).put(name));
        words = new long[(nameFrameBytes - 1) / WORD];
        for (int i = 0; i < words.length; i++) {
            words[i] = frame.getLong(i * WORD);
        }
        tailOffset = Math.max(0, nameFrameBytes - WORD);
        tail = frame.getLong(tailOffset);
        tailMask = nameFrameBytes < WORD ? -1L >>> (WORD - nameFrameBytes) * Byte.SIZE : -1L;
    }

    /**
     * Appends the payload frames of the publishes that begin at {@code index} to {@code out}, as long as each is whole, goes
     * to this destination, and fits.
     *
     * @param in one contiguous buffer, as is {@code out}
     * @param end where the readable bytes of {@code in} end
     * @return where the first frame begins that was not taken; {@code index} if none was
     */
    public int take(ByteBuf in, int index, int end, ByteBuf out) {
        messages = 0;
        outFull = false;
        if (end - index < nameFrameBytes + HEADER_BYTES || in.getInt(index) != nameFrameBytes - HEADER_BYTES) {
            return index;
        }
        ByteBuffer source = NativeFrames.view(in.internalNioBuffer(index, end - index));
        ByteBuffer target = NativeFrames.view(out.internalNioBuffer(out.writerIndex(), out.writableBytes()));
        int begin = target.position();
        int taken = copyRun(source, target);
        out.writerIndex(out.writerIndex() + target.position() - begin);
        return index + taken;
    }

    /** How many messages the last call took. */
    public int messages() {
        return messages;
    }

    /** Whether the last call ended because {@code out} has no room for the next frame. */
    public boolean isOutFull() {
        return outFull;
    }

    /** Returns how many bytes of the source were taken; moves the target's position past what was copied. */
    private int copyRun(ByteBuffer source, ByteBuffer target) {
        int nameBytes = nameFrameBytes;
        int maxLength = maxFrameBytes - HEADER_BYTES;
        int begin = source.position();
        int end = source.limit();
        int room = target.limit();
        int from = begin;
        int to = target.position();
        int count = 0;
        while (end - from >= nameBytes + HEADER_BYTES && isNamed(source, from)) {
            int payload = from + nameBytes;
            int length = NativeFrames.length(source, payload);
            // Before anything is added to it: a length is unsigned, and may be near to where an int overflows.
            if (length < 0 || length > maxLength) {
                break;
            }
            int frameBytes = HEADER_BYTES + length;
            if (frameBytes > end - payload) {
                break;
            }
            if (frameBytes > room - to) {
                outFull = true;
                break;
            }
            NativeFrames.copy(source, payload, target, to, frameBytes);
            to += frameBytes;
            from = payload + frameBytes;
            count++;
        }
        messages = count;
        target.position(to);
        return from - begin;
    }

    private boolean isNamed(ByteBuffer source, int from) {
        for (int i = 0; i < words.length; i++) {
            if (source.getLong(from + i * WORD) != words[i]) {
                return false;
            }
        }
        // A payload's header follows, so eight bytes are there even if the name is short.
        return (source.getLong(from + tailOffset) & tailMask) == tail;
    }
}

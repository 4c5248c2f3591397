package io.sluice.broker.message;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.sluice.protocol.NativeFrames;
import java.time.Instant;

/** A message that was looked at: its payload, or the beginning of a long one. */
public final class MessageCopy {
    /** The most that is copied of a payload. */
    public static final int MAX_BYTES = 16 * 1024;

    private final Instant arrived;
    private final int payloadBytes;
    private final byte[] payload;

    private MessageCopy(Instant arrived, int payloadBytes, byte[] payload) {
        this.arrived = arrived;
        this.payloadBytes = payloadBytes;
        this.payload = payload;
    }

    /**
     * Copies a message.
     *
     * @param index where its native frame begins
     */
    public static MessageCopy of(ByteBuf frames, int index, Instant arrived) {
        int payloadBytes = NativeFrames.frameBytes(frames, index) - NativeFrames.HEADER_BYTES;
        return new MessageCopy(
                arrived,
                payloadBytes,
                ByteBufUtil.getBytes(frames, index + NativeFrames.HEADER_BYTES, Math.min(payloadBytes, MAX_BYTES)));
    }

    /** When its batch was read. */
    public Instant arrived() {
        return arrived;
    }

    /** How long the payload is, in bytes, whether all of it was copied or not. */
    public int payloadBytes() {
        return payloadBytes;
    }

    /** The first {@link #MAX_BYTES} of the payload; the caller's to keep. */
    public byte[] payload() {
        return payload.clone();
    }

    /** How much of it was copied, in bytes. */
    public int copiedBytes() {
        return payload.length;
    }

    /** Whether the payload is longer than what was copied. */
    public boolean isCut() {
        return payload.length < payloadBytes;
    }
}

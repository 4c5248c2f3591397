package io.sluice.protocol;

import io.netty.buffer.ByteBuf;

/** Receives what a {@link FrameDecoder} finds. Both methods may end decoding by returning false. */
public interface FrameSink {
    /**
     * A length was read; its bytes may not have come yet. May be asked twice about one frame.
     *
     * @param length 0 to 4,294,967,295
     * @return false to stop decoding for good: the frame is not acceptable
     */
    boolean acceptsLength(long length);

    /**
     * A frame is complete. The buffer is only lent: copy what must outlive the call, or retain it where that is allowed.
     *
     * @param frames holds the frame, header included, in contiguous bytes
     * @param index where its header begins
     * @param length bytes of its content, which begins {@value NativeFrames#HEADER_BYTES} bytes after {@code index}
     * @param retainable whether the buffer holds this frame alone and will not be used again by the decoder
     * @return false to stop decoding for good
     */
    boolean onFrame(ByteBuf frames, int index, int length, boolean retainable);
}

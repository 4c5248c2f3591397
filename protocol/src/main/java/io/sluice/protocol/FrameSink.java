package io.sluice.protocol;

import io.netty.buffer.ByteBuf;

/** Receives what a {@link FrameDecoder} finds. The methods that answer true or false may end decoding by false. */
public interface FrameSink {
    /**
     * Asked where a frame may begin: takes whole frames itself, where it can do so faster than when shown one by one.
     *
     * @param frames bytes of the stream, of which those from {@code index} to {@code end} have come and are not decoded
     * @return where the first frame begins that it did not take; {@code index} if none
     */
    default int takeRun(ByteBuf frames, int index, int end) {
        return index;
    }

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

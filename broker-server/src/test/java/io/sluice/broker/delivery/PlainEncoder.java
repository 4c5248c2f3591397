package io.sluice.broker.delivery;

import io.netty.buffer.ByteBuf;
import io.sluice.broker.message.MessageBatch;

/** The wire format of tests: the frames of a batch as they are. */
final class PlainEncoder implements DeliveryEncoder {
    @Override
    public ByteBuf encode(MessageBatch batch) {
        return batch.frames();
    }

    @Override
    public boolean sendsFrames() {
        return true;
    }

    @Override
    public int messagesWithin(MessageBatch batch, int wireBytes) {
        return batch.messagesWithin(wireBytes);
    }

    @Override
    public int wireBytes(MessageBatch batch, int messages) {
        return batch.offsetOf(messages);
    }
}

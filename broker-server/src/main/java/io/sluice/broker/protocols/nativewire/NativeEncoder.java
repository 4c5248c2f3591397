package io.sluice.broker.protocols.nativewire;

import io.netty.buffer.ByteBuf;
import io.sluice.broker.delivery.DeliveryEncoder;
import io.sluice.broker.message.MessageBatch;

/** What goes out is what came in: a batch holds native frames already. */
final class NativeEncoder implements DeliveryEncoder {
    static final NativeEncoder INSTANCE = new NativeEncoder();

    private NativeEncoder() {}

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

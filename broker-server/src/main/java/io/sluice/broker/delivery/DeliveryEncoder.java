package io.sluice.broker.delivery;

import io.netty.buffer.ByteBuf;
import io.sluice.broker.message.MessageBatch;

/** Turns a batch into the bytes of one wire format. Stateless; called on any event loop. */
public interface DeliveryEncoder {
    /**
     * The wire bytes of all messages of a batch, end to end. Only lent: the caller writes a view of its own and retains
     * what it keeps.
     */
    ByteBuf encode(MessageBatch batch);

    /** Whether the wire bytes of each batch are its frames, as they are. */
    default boolean sendsFrames() {
        return false;
    }

    /** How many whole messages the first {@code wireBytes} bytes of an encoded batch hold. */
    int messagesWithin(MessageBatch batch, int wireBytes);

    /** How many bytes the first {@code messages} messages of an encoded batch take. */
    int wireBytes(MessageBatch batch, int messages);
}

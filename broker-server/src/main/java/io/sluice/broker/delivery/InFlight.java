package io.sluice.broker.delivery;

import io.sluice.broker.message.MessageBatch;

/** A batch on its way to the socket, with its reference, and how many of its messages are to go. */
final class InFlight {
    final MessageBatch batch;
    final WireSlice slice;
    final int wireBytes;
    int messages;

    InFlight(MessageBatch batch, WireSlice slice) {
        this.batch = batch;
        this.slice = slice;
        this.wireBytes = slice.readableBytes();
        this.messages = batch.messages();
    }
}

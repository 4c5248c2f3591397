package io.sluice.broker.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.base.PinnedMemory;
import io.sluice.broker.destination.Destination;
import io.sluice.broker.destination.DestinationRegistry;
import io.sluice.broker.destination.Publication;
import io.sluice.broker.destination.Publisher;
import io.sluice.broker.message.DestinationKind;
import io.sluice.broker.message.DestinationName;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.DropReason;
import io.sluice.protocol.NativeFrames;
import org.jspecify.annotations.Nullable;

/** Publishes single messages from within the broker. It cannot be made to wait, so where others would it is refused. */
@AnyThread
final class OperatorPublisher implements Publisher {
    private final DestinationRegistry destinations;
    private final PinnedMemory memory;
    private final BrokerCounters counters;
    private final ByteBufAllocator allocator;
    private final NanoClock clock;

    OperatorPublisher(
            DestinationRegistry destinations,
            PinnedMemory memory,
            BrokerCounters counters,
            ByteBufAllocator allocator,
            NanoClock clock) {
        this.destinations = destinations;
        this.memory = memory;
        this.counters = counters;
        this.allocator = allocator;
        this.clock = clock;
    }

    Publication publish(DestinationName name, byte[] payload) {
        boolean queue = name.kind() == DestinationKind.QUEUE;
        Destination destination = queue ? destinations.findOrCreate(name) : destinations.find(name);
        if (destination == null) {
            return queue ? Publication.NO_ROOM : toNobody(name, payload);
        }
        if (destination.isPushingBack() || queue && memory.isHigh()) {
            return Publication.PUSHED_BACK;
        }
        counters.received(1, payload.length);
        return route(destination, batch(payload));
    }

    private Publication toNobody(DestinationName name, byte[] payload) {
        boolean nowhere = name.kind() == DestinationKind.NOWHERE;
        counters.received(1, payload.length);
        counters.dropped(nowhere ? DropReason.NOWHERE : DropReason.NO_SUBSCRIBER, 1, payload.length);
        return Publication.NO_SUBSCRIBER;
    }

    private MessageBatch batch(byte[] payload) {
        ByteBuf frame = allocator.directBuffer(NativeFrames.HEADER_BYTES + payload.length);
        NativeFrames.write(frame, payload);
        return new MessageBatch(frame, 1, clock.nowNs(), memory);
    }

    private Publication route(Destination first, MessageBatch batch) {
        Destination destination = first;
        while (destination != null) {
            switch (destination.publish(batch, this)) {
                case ACCEPTED:
                    return Publication.ACCEPTED;
                case DROPPED:
                    return Publication.DROPPED;
                case PUSHED_BACK:
                    // It was taken, and nobody is there to wait.
                    destination.forget(this);
                    return Publication.ACCEPTED;
                case CLOSED:
                    destination = again(destination.name());
            }
        }
        counters.dropped(DropReason.NO_SUBSCRIBER, 1, batch.payloadBytes());
        batch.release();
        return Publication.NO_SUBSCRIBER;
    }

    /** It was forgotten since it was looked up. */
    private @Nullable Destination again(DestinationName name) {
        return name.kind() == DestinationKind.QUEUE ? destinations.findOrCreate(name) : destinations.find(name);
    }

    @Override
    public void pause() {
        // Nothing to stop: one message was published.
    }

    @Override
    public void resume() {
        // Nothing was stopped.
    }

    @Override
    public String describe() {
        return "an operator";
    }
}

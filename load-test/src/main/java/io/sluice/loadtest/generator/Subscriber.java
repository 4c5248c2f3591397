package io.sluice.loadtest.generator;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.sluice.loadtest.wire.WireException;
import org.jspecify.annotations.Nullable;

/**
 * A connection that subscribes. For each message it compares one stamp and one time; what messages sent together have in
 * common, their latency, is recorded once. Belongs to the subscribers' loop.
 */
final class Subscriber extends Connection {
    private final int marker;
    private final Destination destination;
    private final Tally tally;
    private final Deliveries deliveries;
    private final @Nullable Throttle throttle;
    private final int smallest;
    private final int largest;

    private long readAtNs;
    private long sentAtNs;
    /** Messages of this read that were sent at {@link #sentAtNs}. */
    private long sentTogether;

    /**
     * A subscriber.
     *
     * @param throttle makes it slow; null for a healthy one
     * @param sizes of the payloads: who passes on less has less to do
     */
    Subscriber(
            Link link,
            int marker,
            Destination destination,
            Deliveries deliveries,
            @Nullable Throttle throttle,
            Sizes sizes) {
        super(link);
        this.marker = marker;
        this.destination = destination;
        this.tally = destination.newTally(throttle != null);
        this.deliveries = deliveries;
        this.throttle = throttle;
        this.smallest = sizes.smallest();
        this.largest = sizes.largest();
    }

    Tally tally() {
        return tally;
    }

    Destination destination() {
        return destination;
    }

    @Nullable
    Throttle throttle() {
        return throttle;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws WireException {
        readAtNs = System.nanoTime();
        if (throttle != null) {
            throttle.onRead(intake().newBytes((ByteBuf) message));
        }
        try {
            super.channelRead(ctx, message);
        } finally {
            countTogether();
            destination.arrived(tally);
        }
    }

    @Override
    public void onPayload(ByteBuf buffer, int index, int length) {
        if (length < Stamp.BYTES) {
            deliveries.foreign++;
            return;
        }
        long stamp = buffer.getLong(index);
        if (length < smallest || length > largest || !tally.accept(stamp)) {
            onOther(stamp);
            return;
        }
        long time = buffer.getLong(index + Stamp.TIME_OFFSET);
        if (time != sentAtNs) {
            countTogether();
            sentAtNs = time;
        }
        sentTogether++;
    }

    private void onOther(long stamp) {
        if (Stamp.marker(stamp) == marker && Stamp.publisher(stamp) == Stamp.PROBE) {
            onReady();
        } else {
            deliveries.foreign++;
        }
    }

    private void countTogether() {
        long count = sentTogether;
        if (count == 0) {
            return;
        }
        sentTogether = 0;
        if (throttle != null) {
            deliveries.slowDelivered += count;
        } else {
            deliveries.delivered += count;
            deliveries.latencies.record(readAtNs - sentAtNs, count);
        }
    }

    @Override
    void lost(String what) {
        if (throttle != null) {
            deliveries.slowDisconnected++;
            throttle.close();
            onReady();
        } else {
            deliveries.disconnected++;
            fail(what);
        }
    }
}

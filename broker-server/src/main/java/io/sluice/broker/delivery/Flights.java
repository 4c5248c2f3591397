package io.sluice.broker.delivery;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.epoll.EpollSocketChannel;
import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.HeldUnder;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.message.Backlog;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.message.WirePages;
import io.sluice.broker.metrics.DelayHistogram;
import io.sluice.broker.metrics.DropReason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a send queue has handed to its channel and the kernel has not taken yet, oldest first. A bounded piece: what is in
 * flight can no longer be dropped by a policy, but it can be had back when the kernel has not begun to take it.
 *
 * <p>Belongs to the subscriber's event loop. A batch in flight stays held in the send queue's backlog until it is settled
 * there, under the send queue's lock.
 */
@OwnLoop
final class Flights {
    private static final int MAX_BATCHES = 64;

    private final Channel channel;
    private final DeliveryEncoder encoder;
    private final Runnable whenTaken;
    private final NanoClock clock;
    private final ChannelFutureListener onWritten = this::onWritten;
    private final ArrayDeque<InFlight> inFlight = new ArrayDeque<>();
    private final List<InFlight> starting = new ArrayList<>();
    private final boolean sendsPages;
    private long maxBytes;
    private int maxBatches = MAX_BATCHES;
    private long bytes;
    private long takenBytes;
    private boolean writing;
    private long writeNs;
    private long doneCostBytes;
    private long doneMessages;
    private long donePayloadBytes;

    /** Of whole messages that the kernel has taken. */
    private final DelayHistogram timeInQueue = new DelayHistogram();

    /** One batch, with its reference, and how many of its messages are to go. */
    private static final class InFlight {
        final MessageBatch batch;
        final WireSlice slice;
        final int wireBytes;
        int messages;

        /** In the place of the slice until the flush is over. */
        @Nullable
        PagesRegion region;

        InFlight(MessageBatch batch, WireSlice slice) {
            this.batch = batch;
            this.slice = slice;
            this.wireBytes = slice.readableBytes();
            this.messages = batch.messages();
        }

        /** Bytes the kernel has taken. */
        int taken() {
            return region == null ? slice.taken() : (int) region.transferred();
        }
    }

    /**
     * @param maxBytes no more is started when so much is in flight, in bytes of the wire
     * @param whenTaken told when the kernel has taken a batch later than at once
     */
    Flights(Channel channel, DeliveryEncoder encoder, long maxBytes, Runnable whenTaken, NanoClock clock) {
        this.channel = channel;
        this.sendsPages = channel instanceof EpollSocketChannel && encoder.sendsFrames();
        this.encoder = encoder;
        this.maxBytes = maxBytes;
        this.whenTaken = whenTaken;
        this.clock = clock;
    }

    boolean isEmpty() {
        return inFlight.isEmpty();
    }

    boolean hasPlace() {
        return bytes < maxBytes && inFlight.size() < maxBatches;
    }

    /** Changes how much may be in flight; what is stays. */
    void setMaxBytes(long maxBytes) {
        if (maxBatches < Integer.MAX_VALUE) {
            this.maxBytes = maxBytes;
        }
    }

    /** From now on there is always a place. */
    void lift() {
        maxBytes = Long.MAX_VALUE;
        maxBatches = Integer.MAX_VALUE;
    }

    /**
     * Takes over a batch and its reference; {@link #write} sends it.
     *
     * <p>All that is sent by one flush are pages that subscribers share, or all of it goes from memory: so what the kernel leaves of
     * pages can go on from memory, and everything stays in order.
     *
     * @return false if it has to wait for the next flush, and was not taken over
     */
    boolean start(MessageBatch batch) {
        // Only to a socket that has taken all it was given before: it will most likely take this at once.
        boolean mayBePages = sendsPages && (inFlight.isEmpty() || startsPages());
        WirePages pages = mayBePages ? batch.retainPages() : null;
        if (pages == null && startsPages()) {
            return false;
        }
        InFlight flight = new InFlight(batch, new WireSlice(encoder.encode(batch)));
        flight.region = pages == null ? null : new PagesRegion(pages);
        bytes += flight.wireBytes;
        inFlight.addLast(flight);
        starting.add(flight);
        return true;
    }

    private boolean startsPages() {
        return !starting.isEmpty() && starting.get(0).region != null;
    }

    /** Writes what was started, with one flush: that is one system call, or one for each batch that has pages. */
    void write(long nowNs) {
        writing = true;
        writeNs = nowNs;
        boolean pages = startsPages();
        for (int i = 0; i < starting.size(); i++) {
            InFlight flight = starting.get(i);
            if (flight.region == null) {
                writeSlice(flight);
            } else {
                writePages(flight.region);
            }
        }
        starting.clear();
        channel.flush();
        if (pages && !inFlight.isEmpty() && channel.isActive()) {
            goOnFromMemory();
        }
        writing = false;
    }

    private void writePages(PagesRegion region) {
        channel.write(region).addListener((ChannelFuture write) -> {
            InFlight oldest = inFlight.peekFirst();
            // What goes on from memory is not written yet.
            if (oldest != null && oldest.region == region) {
                onWritten(write);
            }
        });
    }

    private void writeSlice(InFlight flight) {
        // The channel's reference; it releases it when the kernel has taken the bytes, or the write failed.
        channel.write(flight.slice.retain()).addListener(onWritten);
    }

    /** All that is in flight are pages of one flush, of which the kernel has not taken everything. */
    private void goOnFromMemory() {
        for (InFlight flight : inFlight) {
            PagesRegion region = flight.region;
            if (region != null) {
                region.end();
                flight.slice.skipBytes(flight.taken());
                flight.region = null;
                writeSlice(flight);
            }
        }
        channel.flush();
    }

    private void onWritten(ChannelFuture write) {
        if (!write.isSuccess()) {
            // What was not taken stays in flight: the channel is closed, and collect() gives it back.
            return;
        }
        InFlight flight = inFlight.removeFirst();
        takenBytes += flight.wireBytes;
        bytes -= flight.wireBytes;
        doneCostBytes += flight.batch.costBytes();
        doneMessages += flight.messages;
        donePayloadBytes += flight.batch.payloadBytesOf(flight.messages);
        // What the kernel takes at once was begun when the clock was read last.
        timeInQueue.record((writing ? writeNs : clock.nowNs()) - flight.batch.arrivedNs(), flight.messages);
        flight.batch.release();
        if (!writing) {
            whenTaken.run();
        }
    }

    /** From arrival to being handed to the socket, of the messages that were written. */
    @AnyThread
    DelayHistogram timeInQueue() {
        return timeInQueue;
    }

    /** When the oldest arrived; there must be one. */
    long oldestArrivedNs() {
        return inFlight.getFirst().batch.arrivedNs();
    }

    /** How much the kernel has taken since the beginning, in bytes of the wire; grows with each byte. */
    long takenBytes() {
        InFlight head = inFlight.peekFirst();
        return takenBytes + (head == null ? 0 : head.taken());
    }

    /** Takes what has arrived in the kernel out of the backlog, counts it, and returns how many messages that were. */
    @HeldUnder("the send queue's lock")
    long settle(Backlog backlog, SubscriberCounters counters) {
        long settled = doneMessages;
        backlog.settle(doneCostBytes, doneMessages);
        counters.written(doneMessages, donePayloadBytes);
        doneCostBytes = 0;
        doneMessages = 0;
        donePayloadBytes = 0;
        return settled;
    }

    /** Has the messages back that the kernel has not begun to take; what it has begun stays in flight. */
    @HeldUnder("the send queue's lock")
    void cut(List<MessageBatch> unsent, Backlog backlog) {
        for (InFlight flight : inFlight) {
            int taken = flight.taken();
            int keep = encoder.messagesWithin(flight.batch, taken);
            if (encoder.wireBytes(flight.batch, keep) < taken) {
                keep++;
            }
            if (keep < flight.messages) {
                MessageBatch back;
                try {
                    back = flight.batch.copy(keep, flight.messages);
                } catch (OutOfMemoryError e) {
                    // It stays in flight, and all after it.
                    return;
                }
                flight.slice.cutAfter(encoder.wireBytes(flight.batch, keep));
                backlog.settle(0, flight.messages - keep);
                flight.messages = keep;
                unsent.add(back);
            }
        }
    }

    /** Has everything back, for the channel is closed or about to be. Counts the whole messages the kernel has taken. */
    @HeldUnder("the send queue's lock")
    void collect(List<MessageBatch> unsent, Backlog backlog, SubscriberCounters counters) {
        settle(backlog, counters);
        for (InFlight flight : inFlight) {
            MessageBatch batch = flight.batch;
            // A message cut in the middle counts as unsent: nobody can have received it.
            int whole = Math.min(flight.messages, encoder.messagesWithin(batch, flight.taken()));
            counters.written(whole, batch.payloadBytesOf(whole));
            timeInQueue.record(clock.nowNs() - batch.arrivedNs(), whole);
            backlog.settle(batch.costBytes(), flight.messages);
            if (whole == 0 && flight.messages == batch.messages()) {
                unsent.add(batch);
                continue;
            }
            if (whole < flight.messages) {
                collectRest(batch, whole, flight.messages, unsent, counters);
            }
            batch.release();
        }
        inFlight.clear();
        bytes = 0;
    }

    private static void collectRest(
            MessageBatch batch, int from, int to, List<MessageBatch> unsent, SubscriberCounters counters) {
        try {
            unsent.add(batch.copy(from, to));
        } catch (OutOfMemoryError e) {
            long lostBytes = batch.payloadBytesOf(to) - batch.payloadBytesOf(from);
            counters.dropped(DropReason.MEMORY, to - from, lostBytes);
        }
    }
}

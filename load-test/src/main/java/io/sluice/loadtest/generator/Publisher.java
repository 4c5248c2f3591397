package io.sluice.loadtest.generator;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.sluice.loadtest.wire.WireFormat;
import java.util.Arrays;

/** A connection that publishes what is on its {@link Tape}, a batch with each write. Belongs to the publishers' loop. */
abstract class Publisher extends Connection {
    private final Tape tape;
    private final Publications publications;
    private final int marker;

    /** For each of its destinations the stamp of the next message. */
    private final long[] next;

    private int cursor;
    private boolean running;

    /**
     * A publisher.
     *
     * @param number of the publisher, from 0
     * @param slots how many destinations it has
     */
    Publisher(Link link, int marker, int number, int slots, Tape tape, Publications publications) {
        super(link);
        this.marker = marker;
        this.tape = tape;
        this.publications = publications;
        next = new long[slots];
        Arrays.fill(next, Stamp.of(marker, number, 0));
    }

    /** Sends what may be sent now, and sees to it that it is called again when more may be. */
    abstract void pump();

    /** Begins to send; intended times count from {@code timeNs}. */
    void start(long timeNs) {
        running = true;
        pump();
    }

    final void stop() {
        running = false;
    }

    /** Messages sent so far to the destination in that slot. */
    final long published(int slot) {
        return Stamp.number(next[slot]);
    }

    /** Whether a batch may be written now. */
    final boolean maySend() {
        return running && channel().isActive() && channel().isWritable();
    }

    final Tape tape() {
        return tape;
    }

    final Publications publications() {
        return publications;
    }

    final int cursor() {
        return cursor;
    }

    /** Stamps the messages from the cursor on, for {@link #send}. */
    final void stamp(int from, int to, long timeNs) {
        tape.stamp(from, to, next, timeNs);
    }

    /** Writes the messages from the cursor to {@code to}, which are stamped. */
    final void send(int to) {
        ByteBuf out = publications.takeBatch(tape.bytes(cursor, to), channel().alloc());
        tape.copy(cursor, to, out);
        publications.published += to - cursor;
        // A tape of equal messages is always read from its beginning: a batch is then never cut by its end.
        cursor = to == tape.messages() || tape.isUniform() ? 0 : to;
        channel().writeAndFlush(out, channel().voidPromise());
    }

    /** Sends a message that is not counted, once to each of its destinations. */
    final void probe(Iterable<byte[]> destinations, WireFormat wire) {
        ByteBuf out = channel().alloc().directBuffer();
        for (byte[] destination : destinations) {
            wire.beginMessage(out, destination, Stamp.BYTES);
            out.writeLong(Stamp.of(marker, Stamp.PROBE, 0)).writeLong(System.nanoTime());
            wire.endMessage(out);
        }
        channel().writeAndFlush(out, channel().voidPromise());
    }

    @Override
    public final void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (channel().isWritable()) {
            pump();
        }
    }

    @Override
    public final void onPayload(ByteBuf buffer, int index, int length) {
        publications.foreign++;
    }

    @Override
    final void lost(String what) {
        publications.disconnected++;
        running = false;
        fail(what);
    }
}

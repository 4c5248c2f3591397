package io.sluice.broker.destination;

import io.sluice.broker.message.Batches;
import io.sluice.broker.message.MessageBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A subscriber with a window that is emptied only when a test says so. Not thread-safe. */
final class WindowSubscriber implements Subscriber {
    private final String name;
    private final long maxBytes;
    private final long maxMessages;
    private final ArrayDeque<MessageBatch> held = new ArrayDeque<>();
    private final List<String> offered = new ArrayList<>();
    private long heldBytes;
    private long heldMessages;
    private Offer answer = Offer.ACCEPTED;
    private boolean roomAwaited;

    private WindowSubscriber(String name, long maxBytes, long maxMessages) {
        this.name = name;
        this.maxBytes = maxBytes;
        this.maxMessages = maxMessages;
    }

    static WindowSubscriber unlimited(String name) {
        return new WindowSubscriber(name, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    static WindowSubscriber ofMessages(String name, long maxMessages) {
        return new WindowSubscriber(name, Long.MAX_VALUE, maxMessages);
    }

    static WindowSubscriber of(String name, long maxBytes, long maxMessages) {
        return new WindowSubscriber(name, maxBytes, maxMessages);
    }

    /** What it answers to offers from now on; it takes them in any case. */
    void answer(Offer offer) {
        answer = offer;
    }

    @Override
    public Offer offer(MessageBatch batch) {
        held.add(batch);
        heldBytes += batch.costBytes();
        heldMessages += batch.messages();
        offered.addAll(Batches.payloads(batch));
        return answer;
    }

    @Override
    public long roomBytes() {
        return maxBytes - heldBytes;
    }

    @Override
    public long roomMessages() {
        return maxMessages - heldMessages;
    }

    @Override
    public boolean awaitRoom() {
        roomAwaited = isFull();
        return roomAwaited;
    }

    boolean isFull() {
        return roomBytes() <= 0 || roomMessages() <= 0;
    }

    boolean isRoomAwaited() {
        return roomAwaited;
    }

    /** Whether it must tell now that it has room; asked once. */
    boolean takeRoomNotice() {
        boolean tell = roomAwaited && !isFull();
        roomAwaited &= !tell;
        return tell;
    }

    /** Payloads of all it was ever offered, in order. */
    List<String> offered() {
        return offered;
    }

    /** The same, as numbers. */
    List<Long> offeredNumbers() {
        return Batches.numbers(offered);
    }

    List<MessageBatch> held() {
        return List.copyOf(held);
    }

    long heldMessages() {
        return heldMessages;
    }

    /** Gives up the oldest batch, with its reference. */
    MessageBatch takeOldest() {
        MessageBatch batch = held.remove();
        heldBytes -= batch.costBytes();
        heldMessages -= batch.messages();
        return batch;
    }

    /** Gives up all it holds, with the references. */
    List<MessageBatch> takeAll() {
        List<MessageBatch> all = new ArrayList<>();
        while (!held.isEmpty()) {
            all.add(takeOldest());
        }
        return all;
    }

    /** Reads all it holds. */
    void read() {
        takeAll().forEach(MessageBatch::release);
    }

    @Override
    public boolean hasStalled(long nowNs) {
        return answer == Offer.PUSHED_BACK || isFull();
    }

    @Override
    public void addTo(Tally tally) {
        tally.addHeld(heldMessages, heldBytes, 0);
    }

    @Override
    public String describe() {
        return name;
    }

    @Override
    public String toString() {
        return name + " holding " + heldMessages;
    }
}

package io.sluice.broker.metrics;

import io.sluice.broker.base.AnyThread;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** What the broker has counted since it started. Bumped per batch, read whenever somebody asks. */
@AnyThread
public final class BrokerCounters {
    private final LongAdder messagesIn = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder messagesWritten = new LongAdder();
    private final LongAdder bytesWritten = new LongAdder();
    private final LongAdder messagesReturned = new LongAdder();
    private final LongAdder pushBacks = new LongAdder();
    private final LongAdder connectionsAccepted = new LongAdder();
    private final LongAdder slowEpisodes = new LongAdder();
    private final LongAdder unreadBytes = new LongAdder();
    private final LongAdder[] droppedMessages = adders(DropReason.values().length);
    private final LongAdder[] droppedBytes = adders(DropReason.values().length);
    private final LongAdder[] closes = adders(CloseReason.values().length);

    private static LongAdder[] adders(int count) {
        return Stream.generate(LongAdder::new).limit(count).toArray(LongAdder[]::new);
    }

    /** Messages were read from a publisher, with so many bytes of payload. */
    public void received(long messages, long payloadBytes) {
        messagesIn.add(messages);
        bytesIn.add(payloadBytes);
    }

    /** Messages were handed to a subscriber's socket. */
    public void written(long messages, long payloadBytes) {
        messagesWritten.add(messages);
        bytesWritten.add(payloadBytes);
    }

    /** Messages came back to their queue from a subscriber that left or stalled. */
    public void returned(long messages) {
        messagesReturned.add(messages);
    }

    public void dropped(DropReason reason, long messages, long payloadBytes) {
        if (messages > 0) {
            droppedMessages[reason.ordinal()].add(messages);
            droppedBytes[reason.ordinal()].add(payloadBytes);
        }
    }

    public void closed(CloseReason reason) {
        closes[reason.ordinal()].increment();
    }

    /** A publisher is no longer read because of what it published to. */
    public void pushedBack() {
        pushBacks.increment();
    }

    public void accepted() {
        connectionsAccepted.increment();
    }

    public void slowEpisodeStarted() {
        slowEpisodes.increment();
    }

    /** Bytes of frames that were received and thrown away with their connection. */
    public void unread(long bytes) {
        unreadBytes.add(bytes);
    }

    /** The sums at this moment; each is exact, together they are as consistent as concurrent counting allows. */
    public CounterTotals totals() {
        return new CounterTotals(
                messagesIn.sum(),
                bytesIn.sum(),
                messagesWritten.sum(),
                bytesWritten.sum(),
                messagesReturned.sum(),
                pushBacks.sum(),
                connectionsAccepted.sum(),
                slowEpisodes.sum(),
                unreadBytes.sum(),
                sums(DropReason.class, droppedMessages),
                sums(DropReason.class, droppedBytes),
                sums(CloseReason.class, closes));
    }

    private static <E extends Enum<E>> Map<E, Long> sums(Class<E> type, LongAdder[] adders) {
        Map<E, Long> sums = new EnumMap<>(type);
        for (E reason : type.getEnumConstants()) {
            sums.put(reason, adders[reason.ordinal()].sum());
        }
        return sums;
    }
}

package io.sluice.broker.delivery;

import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.DropReason;
import java.util.EnumMap;
import java.util.Map;

/** What became of one subscriber's messages; counts for the broker too. Guarded by the send queue's lock. */
final class SubscriberCounters {
    private final BrokerCounters broker;
    private final Map<DropReason, Long> dropped = new EnumMap<>(DropReason.class);
    private long messagesWritten;
    private long bytesWritten;
    private long messagesReturned;
    private long slowEpisodes;
    private long droppedMessages;

    SubscriberCounters(BrokerCounters broker) {
        this.broker = broker;
    }

    void written(long messages, long payloadBytes) {
        if (messages > 0) {
            messagesWritten += messages;
            bytesWritten += payloadBytes;
            broker.written(messages, payloadBytes);
        }
    }

    void dropped(DropReason reason, long messages, long payloadBytes) {
        if (messages > 0) {
            dropped.merge(reason, messages, Long::sum);
            droppedMessages += messages;
            broker.dropped(reason, messages, payloadBytes);
        }
    }

    /** The queue counts what it gets back for the broker. */
    void returned(long messages) {
        messagesReturned += messages;
    }

    void slowEpisodeStarted() {
        slowEpisodes++;
        broker.slowEpisodeStarted();
    }

    long messagesWritten() {
        return messagesWritten;
    }

    long bytesWritten() {
        return bytesWritten;
    }

    long messagesReturned() {
        return messagesReturned;
    }

    long slowEpisodes() {
        return slowEpisodes;
    }

    long droppedMessages() {
        return droppedMessages;
    }

    Map<DropReason, Long> dropped() {
        return dropped;
    }
}

package io.sluice.systemtest;

import java.util.List;

/**
 * How far the publishers of a topic may be ahead of its slowest subscriber. The protocol has no acknowledgement, but here
 * all live in one process: so nobody comes near the bound of a subscriber's queue.
 *
 * <p>Belongs to the loop of the publishers.
 */
final class TopicWindow {
    private final List<TopicAudit> subscribers;
    private final long maxMessages;
    private final long maxBytes;
    private long messages;
    private long bytes;
    private long ackedMessages;
    private long ackedBytes;

    TopicWindow(List<TopicAudit> subscribers, long maxMessages, long maxBytes) {
        this.subscribers = List.copyOf(subscribers);
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
    }

    /** Whether a message of a size may be sent now; if so, it counts as sent. */
    boolean claim(int size) {
        if (!isOpen()) {
            refresh();
            if (!isOpen()) {
                return false;
            }
        }
        messages++;
        bytes += size;
        return true;
    }

    private boolean isOpen() {
        return messages - ackedMessages < maxMessages && bytes - ackedBytes < maxBytes;
    }

    private void refresh() {
        ackedMessages = Long.MAX_VALUE;
        ackedBytes = Long.MAX_VALUE;
        for (TopicAudit subscriber : subscribers) {
            ackedMessages = Math.min(ackedMessages, subscriber.receivedMessages());
            ackedBytes = Math.min(ackedBytes, subscriber.receivedBytes());
        }
    }
}

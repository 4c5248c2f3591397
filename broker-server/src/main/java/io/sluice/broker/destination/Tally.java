package io.sluice.broker.destination;

import io.sluice.broker.message.DestinationName;
import io.sluice.broker.metrics.DelayHistogram;

/**
 * What has become of the messages of a destination, and what is held of them: its own counts, and those of its subscribers
 * added up. Not thread-safe.
 */
public final class Tally {
    private final DelayHistogram timeInQueue = new DelayHistogram();
    private long messagesIn;
    private long bytesIn;
    private long messagesOut;
    private long bytesOut;
    private long messagesReturned;
    private long messagesDropped;
    private long heldMessages;
    private long heldBytes;
    private long oldestAgeMs;
    private int slow;

    /** Messages were published, with so many bytes of payload. */
    void addReceived(long messages, long payloadBytes) {
        messagesIn += messages;
        bytesIn += payloadBytes;
    }

    void addDropped(long messages) {
        messagesDropped += messages;
    }

    /** Messages were handed to a socket, with so many bytes of payload, after so long. */
    public void addWritten(long messages, long payloadBytes, DelayHistogram after) {
        messagesOut += messages;
        bytesOut += payloadBytes;
        timeInQueue.addAll(after);
    }

    /** Messages that a subscriber was offered and did not get. */
    public void addMissed(long dropped, long returned) {
        messagesDropped += dropped;
        messagesReturned += returned;
    }

    /** Messages are held, which keep so many bytes of memory alive. */
    public void addHeld(long messages, long bytes, long oldestMs) {
        heldMessages += messages;
        heldBytes += bytes;
        oldestAgeMs = Math.max(oldestAgeMs, oldestMs);
    }

    /** A subscriber is in a slow episode. */
    public void addSlow() {
        slow++;
    }

    /** The counts alone, without what is held. */
    Tally copyOfCounts() {
        Tally copy = new Tally();
        copy.addReceived(messagesIn, bytesIn);
        copy.addWritten(messagesOut, bytesOut, timeInQueue);
        copy.addMissed(messagesDropped, messagesReturned);
        return copy;
    }

    /**
     * @param subscribers how many are subscribed
     * @param waitingMessages of those held, the ones that are not assigned to a subscriber
     */
    DestinationSnapshot snapshot(
            DestinationName name, int subscribers, long waitingMessages, long waitingBytes, int waitingPublishers) {
        return new DestinationSnapshot(
                name.toString(),
                name.kind(),
                subscribers,
                slow,
                waitingMessages,
                waitingBytes,
                waitingPublishers,
                heldMessages,
                heldBytes,
                oldestAgeMs,
                messagesIn,
                bytesIn,
                messagesOut,
                bytesOut,
                messagesDropped,
                messagesReturned,
                timeInQueue.snapshot());
    }
}

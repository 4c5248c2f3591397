package io.sluice.broker.destination;

/**
 * A destination at one moment.
 *
 * @param subscribers those that are given messages
 * @param waitingMessages not assigned to a subscriber; 0 for a topic
 * @param waitingBytes the memory they keep alive; 0 for a topic
 * @param waitingPublishers pushed back because of this destination
 */
public record DestinationSnapshot(
        String name, int subscribers, long waitingMessages, long waitingBytes, int waitingPublishers) {}

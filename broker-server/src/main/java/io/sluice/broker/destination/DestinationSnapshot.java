package io.sluice.broker.destination;

import io.sluice.broker.message.DestinationKind;
import io.sluice.broker.metrics.DelaySnapshot;

/**
 * A destination at one moment; what is counted is counted since it came into being. Bytes of messages are bytes of payload,
 * bytes that wait or are held are memory kept alive.
 *
 * @param subscribers those that are subscribed, also if they have no turn at the moment
 * @param slowSubscribers of these, who are in a slow episode
 * @param waitingMessages not assigned to a subscriber; 0 for a topic
 * @param waitingBytes the memory they keep alive; 0 for a topic
 * @param waitingPublishers pushed back because of this destination
 * @param heldMessages waiting, or queued for subscribers; a topic's message counts once per subscriber
 * @param heldBytes the memory these keep alive; what subscribers of a topic share counts for each of them
 * @param oldestAgeMs how long ago the oldest of these arrived; 0 if there is none
 * @param messagesIn published
 * @param messagesOut handed to subscribers' sockets
 * @param droppedMessages for whatever reason; a topic's message counts once per subscriber that did not get it
 * @param returnedMessages given back by subscribers that left or stalled
 * @param timeInQueue of the messages written, from their arrival to being handed to the socket
 */
public record DestinationSnapshot(
        String name,
        DestinationKind kind,
        int subscribers,
        int slowSubscribers,
        long waitingMessages,
        long waitingBytes,
        int waitingPublishers,
        long heldMessages,
        long heldBytes,
        long oldestAgeMs,
        long messagesIn,
        long bytesIn,
        long messagesOut,
        long bytesOut,
        long droppedMessages,
        long returnedMessages,
        DelaySnapshot timeInQueue) {}

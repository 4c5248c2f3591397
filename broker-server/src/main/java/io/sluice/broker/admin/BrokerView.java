package io.sluice.broker.admin;

import io.sluice.broker.base.AnyThread;
import io.sluice.broker.delivery.Watch;
import io.sluice.broker.destination.DestinationSnapshot;
import io.sluice.broker.destination.Publication;
import io.sluice.broker.destination.QueueNews;
import io.sluice.broker.message.MessageCopy;
import io.sluice.broker.metrics.ConnectionSnapshot;
import io.sluice.broker.metrics.LoopDelay;
import io.sluice.broker.metrics.SlowEpisode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The broker as operators see it; the composition root implements it. What is asked often only looks and waits for nobody;
 * what may take a while says so.
 */
@AnyThread
public interface BrokerView {
    /** What does not change while it runs. */
    BrokerFacts facts();

    /** Whether clients should come here, and if not, why. */
    Readiness readiness();

    /** Whether all event loops did something when asked to; waits for at most {@code patience}. */
    boolean eventLoopsAnswer(Duration patience);

    /** What has been counted, and what memory is in use. */
    BrokerStatus status();

    /** All open connections, in no order. */
    List<ConnectionSnapshot> connections();

    /** A connection that is open; empty if there is none of that id. */
    Optional<ConnectionSnapshot> connection(String id);

    /** The connections that closed last, newest first. */
    List<ConnectionSnapshot> closedConnections();

    /** All destinations, in no order. */
    List<DestinationSnapshot> destinations();

    /** The last slow episodes of a connection that is open or remembered, newest first; empty if there is none of that id. */
    Optional<List<SlowEpisode>> slowEpisodes(String connectionId);

    /** How late each event loop is. */
    List<LoopDelay> loops();

    /** Closes a connection, soon; false if there is none of that id. */
    boolean disconnect(String connectionId);

    /** Drops what waits in a queue, and says how many messages; empty if there is no such queue. May take a while. */
    OptionalLong purge(String queueName);

    /** Copies of the oldest messages that wait in a queue, at most 100; empty if there is no such queue. */
    Optional<List<MessageCopy>> peek(String queueName, int max);

    /** What came to a queue since it was last looked at, at most 100 messages; empty if there is no such queue. */
    Optional<QueueNews> newsSince(String queueName, long arrivals, int max);

    /** Subscribes to a topic, to look on; empty if that cannot be. To be closed. */
    Optional<Watch> watch(String topicName);

    /**
     * Publishes one message. May take a while.
     *
     * @throws IllegalArgumentException if the name is invalid, or the message too long
     */
    Publication publish(String destinationName, byte[] payload);

    /** Begins to let all clients go; over how long, in ms, or as configured. */
    void drain(OptionalLong leaveOverMs);
}

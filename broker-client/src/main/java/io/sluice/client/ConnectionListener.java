package io.sluice.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Is told of the connections of a client: one for publishing, and one for each subscription.
 *
 * <p>Called on the client's event loop, where nothing may block.
 */
public interface ConnectionListener {
    /** A listener that does nothing. */
    ConnectionListener NONE = new ConnectionListener() {};

    /**
     * The connection is there, for the first time or again.
     *
     * @param away since it was lost; zero the first time
     */
    default void connected(ConnectionInfo connection, Duration away) {}

    /**
     * The connection has ended, and not because this client closed it; it will be made again.
     *
     * @param lived how long it was there
     * @param cause what the socket said; null if the broker ended the stream without an error
     */
    default void lost(ConnectionInfo connection, Duration lived, @Nullable String cause) {}

    /**
     * An attempt to connect has failed.
     *
     * @param destination what the connection is subscribed to; {@code /null} if it is for publishing
     * @param reason why
     * @param pause until the next attempt
     */
    default void attemptFailed(String destination, String reason, Duration pause) {}
}

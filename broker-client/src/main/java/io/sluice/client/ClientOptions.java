package io.sluice.client;

import io.sluice.protocol.NativeFrames;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How a client connects, and what bounds it. Immutable; each {@code with…} gives a changed copy.
 *
 * @param host name or address of the broker; an IPv6 address with or without brackets. Each of its addresses is tried
 * @param port 1 to 65,535; a broker listens on 25000 by default
 * @param connectTimeout for an attempt to connect, over all addresses of the host; 5 s by default
 * @param retryFirst whether the first connection is tried again and again as well, as every later one is; otherwise the call
 *     that needs it fails. No by default
 * @param reconnectMin pause before the first attempt to connect again, less up to half at random; then twice as long each
 *     time. 100 ms by default
 * @param reconnectMax the longest such pause; 5 s by default
 * @param publishTimeout how long {@link SluiceClient#publish(String, byte[])} waits for room; 30 s by default
 * @param publishMaxBytes the client's buffer of messages that the connection has not taken, with 8 bytes and the destination
 *     for each; at most this many and one message. 16 MiB by default
 * @param receiveMaxMessages messages of a subscription that wait for its receiver; then its connection is not read, so at
 *     most one read (64 KiB) more. 1,000 by default
 * @param receiveMaxBytes bytes of such messages; 1 MiB by default, plus at most one read and one message
 * @param maxFrameBytes the longest message to send or take, up to 1 GiB; 16 MiB less one byte by default, as at the broker
 * @param closeTimeout how long {@link SluiceClient#close()} waits for the broker's confirmation; 10 s by default
 * @param listener is told of connections made and lost; none by default
 */
public record ClientOptions(
        String host,
        int port,
        Duration connectTimeout,
        boolean retryFirst,
        Duration reconnectMin,
        Duration reconnectMax,
        Duration publishTimeout,
        int publishMaxBytes,
        int receiveMaxMessages,
        int receiveMaxBytes,
        int maxFrameBytes,
        Duration closeTimeout,
        ConnectionListener listener) {

    private static final int MIB = 1024 * 1024;
    private static final int MAX_FRAME_BYTES = 1024 * MIB;

    public ClientOptions {
        Objects.requireNonNull(host, "host");
        // As an address is written beside a port.
        host = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        Objects.requireNonNull(listener, "listener");
        require(!host.isBlank(), "host", host, "a name or an address");
        require(port >= 1 && port <= 65_535, "port", port, "1 to 65535");
        requirePositive(connectTimeout, "connectTimeout");
        requirePositive(reconnectMin, "reconnectMin");
        requirePositive(reconnectMax, "reconnectMax");
        require(reconnectMax.compareTo(reconnectMin) >= 0, "reconnectMax", reconnectMax, "at least reconnectMin");
        requirePositive(publishTimeout, "publishTimeout");
        requirePositive(closeTimeout, "closeTimeout");
        require(publishMaxBytes >= 1, "publishMaxBytes", publishMaxBytes, "1 byte or more");
        require(receiveMaxMessages >= 1, "receiveMaxMessages", receiveMaxMessages, "1 or more");
        require(receiveMaxBytes >= 1, "receiveMaxBytes", receiveMaxBytes, "1 byte or more");
        require(
                maxFrameBytes >= 1 && maxFrameBytes <= MAX_FRAME_BYTES,
                "maxFrameBytes",
                maxFrameBytes,
                "1 byte to 1 GiB");
    }

    /** The defaults, for a broker at this address. */
    public static ClientOptions of(String host, int port) {
        return new ClientOptions(
                host,
                port,
                Duration.ofSeconds(5),
                false,
                Duration.ofMillis(100),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                16 * MIB,
                1_000,
                MIB,
                NativeFrames.DEFAULT_MAX_FRAME_BYTES,
                Duration.ofSeconds(10),
                ConnectionListener.NONE);
    }

    private static void requirePositive(Duration duration, String name) {
        Objects.requireNonNull(duration, name);
        require(!duration.isZero() && !duration.isNegative(), name, duration, "more than zero");
    }

    private static void require(boolean holds, String name, Object value, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(name + " '" + value + "' is not " + allowed);
        }
    }

    /** With another time for an attempt to connect. */
    public ClientOptions withConnectTimeout(Duration connectTimeout) {
        return changed(draft -> {
            draft.connectTimeout = connectTimeout;
        });
    }

    /** With the first connection tried again as later ones are, or not. */
    public ClientOptions withRetryFirst(boolean retryFirst) {
        return changed(draft -> {
            draft.retryFirst = retryFirst;
        });
    }

    /** With other pauses between attempts to connect again: the shortest, and the longest. */
    public ClientOptions withReconnectPauses(Duration reconnectMin, Duration reconnectMax) {
        return changed(draft -> {
            draft.reconnectMin = reconnectMin;
            draft.reconnectMax = reconnectMax;
        });
    }

    /** With another time to wait for room when publishing. */
    public ClientOptions withPublishTimeout(Duration publishTimeout) {
        return changed(draft -> {
            draft.publishTimeout = publishTimeout;
        });
    }

    /** With another bound of the publishing buffer, in bytes. */
    public ClientOptions withPublishMaxBytes(int publishMaxBytes) {
        return changed(draft -> {
            draft.publishMaxBytes = publishMaxBytes;
        });
    }

    /** With other bounds of what waits for a subscription's receiver. */
    public ClientOptions withReceiveBounds(int receiveMaxMessages, int receiveMaxBytes) {
        return changed(draft -> {
            draft.receiveMaxMessages = receiveMaxMessages;
            draft.receiveMaxBytes = receiveMaxBytes;
        });
    }

    /** With another longest message, in bytes. */
    public ClientOptions withMaxFrameBytes(int maxFrameBytes) {
        return changed(draft -> {
            draft.maxFrameBytes = maxFrameBytes;
        });
    }

    /** With another time to wait for confirmation when closing. */
    public ClientOptions withCloseTimeout(Duration closeTimeout) {
        return changed(draft -> {
            draft.closeTimeout = closeTimeout;
        });
    }

    /** With a listener that is told of connections made and lost. */
    public ClientOptions withListener(ConnectionListener listener) {
        return changed(draft -> {
            draft.listener = listener;
        });
    }

    private ClientOptions changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.options();
    }

    /** Options that are being changed: the one place where they are copied. */
    private static final class Draft {
        private final String host;
        private final int port;
        private Duration connectTimeout;
        private boolean retryFirst;
        private Duration reconnectMin;
        private Duration reconnectMax;
        private Duration publishTimeout;
        private int publishMaxBytes;
        private int receiveMaxMessages;
        private int receiveMaxBytes;
        private int maxFrameBytes;
        private Duration closeTimeout;
        private ConnectionListener listener;

        Draft(ClientOptions options) {
            host = options.host;
            port = options.port;
            connectTimeout = options.connectTimeout;
            retryFirst = options.retryFirst;
            reconnectMin = options.reconnectMin;
            reconnectMax = options.reconnectMax;
            publishTimeout = options.publishTimeout;
            publishMaxBytes = options.publishMaxBytes;
            receiveMaxMessages = options.receiveMaxMessages;
            receiveMaxBytes = options.receiveMaxBytes;
            maxFrameBytes = options.maxFrameBytes;
            closeTimeout = options.closeTimeout;
            listener = options.listener;
        }

        ClientOptions options() {
            return new ClientOptions(
                    host,
                    port,
                    connectTimeout,
                    retryFirst,
                    reconnectMin,
                    reconnectMax,
                    publishTimeout,
                    publishMaxBytes,
                    receiveMaxMessages,
                    receiveMaxBytes,
                    maxFrameBytes,
                    closeTimeout,
                    listener);
        }
    }
}

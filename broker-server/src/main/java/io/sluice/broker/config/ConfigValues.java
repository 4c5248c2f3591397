package io.sluice.broker.config;

import java.util.HashMap;
import java.util.Map;

/** A value for every key, by name: the form in between text and {@link BrokerConfig}. */
final class ConfigValues {
    private final Map<String, Object> values = new HashMap<>();

    private ConfigValues() {}

    /** Every key at its default. */
    static ConfigValues defaults() {
        ConfigValues values = new ConfigValues();
        for (ConfigKey<?> key : ConfigKeys.all()) {
            values.putDefault(key);
        }
        return values;
    }

    /** The values of a configuration. */
    static ConfigValues of(BrokerConfig config) {
        ConfigValues values = new ConfigValues();
        values.putListen(config.listen());
        values.putTransport(config.transport());
        values.putQueues(config.queues());
        values.putSendQueue(config.sendQueue());
        values.put(ConfigKeys.CONNECTIONS_MAX, (long) config.connections().max());
        values.put(ConfigKeys.MAX_FRAME, (long) config.nativeWire().maxFrameBytes());
        values.put(ConfigKeys.DESTINATIONS_MAX, (long) config.destinations().max());
        values.put(ConfigKeys.FORGET_AFTER, config.destinations().forgetAfterMs());
        values.put(ConfigKeys.OVERFLOW, config.overflow());
        values.put(ConfigKeys.MEMORY_MAX, config.memory().maxBytes());
        values.put(ConfigKeys.DRAIN_TIMEOUT, config.shutdown().drainTimeoutMs());
        values.put(ConfigKeys.LEAVE_OVER, config.shutdown().leaveOverMs());
        values.put(ConfigKeys.PATIENCE, config.shutdown().patienceMs());
        values.put(ConfigKeys.STATS_FILE, config.stats().file());
        values.put(ConfigKeys.STATS_INTERVAL, config.stats().intervalMs());
        values.put(ConfigKeys.LOG_LEVEL, config.log().level());
        values.put(ConfigKeys.LOG_FORMAT, config.log().format());
        values.putAdmin(config.admin());
        return values;
    }

    /** The same, but with the values of {@code running} for keys that only a start reads. */
    ConfigValues afterReload(ConfigValues running) {
        for (ConfigKey<?> key : ConfigKeys.all()) {
            if (key.effect() == Effect.RESTART) {
                copy(key, running);
            }
        }
        return this;
    }

    <T> void put(ConfigKey<T> key, T value) {
        values.put(key.name(), value);
    }

    @SuppressWarnings("unchecked") // Only put() fills the map, and it takes the key's own type.
    <T> T get(ConfigKey<T> key) {
        Object value = values.get(key.name());
        if (value == null) {
            throw new IllegalStateException("no value for " + key.name());
        }
        return (T) value;
    }

    /** The configuration; throws {@link ConfigException} for values that do not go together. */
    BrokerConfig toConfig() {
        return new BrokerConfig(
                new ListenConfig(
                        get(ConfigKeys.LISTEN_HOST), getInt(ConfigKeys.LISTEN_PORT), getInt(ConfigKeys.LISTEN_BACKLOG)),
                transport(),
                new ConnectionsConfig(getInt(ConfigKeys.CONNECTIONS_MAX)),
                new NativeConfig(getInt(ConfigKeys.MAX_FRAME)),
                new DestinationsConfig(getInt(ConfigKeys.DESTINATIONS_MAX), get(ConfigKeys.FORGET_AFTER)),
                queues(),
                sendQueue(),
                get(ConfigKeys.OVERFLOW),
                new MemoryConfig(get(ConfigKeys.MEMORY_MAX)),
                new ShutdownConfig(get(ConfigKeys.DRAIN_TIMEOUT), get(ConfigKeys.LEAVE_OVER), get(ConfigKeys.PATIENCE)),
                new StatsConfig(get(ConfigKeys.STATS_FILE), get(ConfigKeys.STATS_INTERVAL)),
                new LogConfig(get(ConfigKeys.LOG_LEVEL), get(ConfigKeys.LOG_FORMAT)),
                admin());
    }

    private TransportConfig transport() {
        return new TransportConfig(
                TransportType.of(get(ConfigKeys.TRANSPORT_TYPE)),
                getInt(ConfigKeys.EVENT_LOOPS),
                getInt(ConfigKeys.SEND_BUFFER),
                getInt(ConfigKeys.RECEIVE_BUFFER),
                getInt(ConfigKeys.READ_SIZE),
                getInt(ConfigKeys.PAGE_FILES),
                get(ConfigKeys.HANDSHAKE_TIMEOUT),
                get(ConfigKeys.FRAME_TIMEOUT),
                get(ConfigKeys.IDLE_TIMEOUT),
                get(ConfigKeys.USER_TIMEOUT),
                getInt(ConfigKeys.UNSENT_LOW_WATER));
    }

    private QueueConfig queues() {
        return new QueueConfig(
                get(ConfigKeys.QUEUE_MAX_BYTES),
                get(ConfigKeys.QUEUE_MAX_MESSAGES),
                get(ConfigKeys.WINDOW_BYTES),
                getInt(ConfigKeys.WINDOW_MESSAGES),
                get(ConfigKeys.STALL_TIMEOUT));
    }

    private SendQueueConfig sendQueue() {
        return new SendQueueConfig(
                get(ConfigKeys.SEND_QUEUE_MAX_BYTES),
                get(ConfigKeys.SEND_QUEUE_MAX_MESSAGES),
                get(ConfigKeys.SEND_QUEUE_MAX_AGE),
                get(ConfigKeys.PUSH_BACK_TIMEOUT));
    }

    private AdminConfig admin() {
        return new AdminConfig(
                get(ConfigKeys.ADMIN_ENABLED),
                get(ConfigKeys.ADMIN_HOST),
                getInt(ConfigKeys.ADMIN_PORT),
                get(ConfigKeys.ADMIN_TOKEN_FILE),
                get(ConfigKeys.ADMIN_OPEN_METRICS),
                get(ConfigKeys.ADMIN_OPEN_HEALTH),
                get(ConfigKeys.ADMIN_HOSTS),
                getInt(ConfigKeys.ADMIN_MAX_CONNECTIONS),
                getInt(ConfigKeys.ADMIN_METRICS_SERIES));
    }

    private void putAdmin(AdminConfig admin) {
        put(ConfigKeys.ADMIN_ENABLED, admin.enabled());
        put(ConfigKeys.ADMIN_HOST, admin.host());
        put(ConfigKeys.ADMIN_PORT, (long) admin.port());
        put(ConfigKeys.ADMIN_TOKEN_FILE, admin.tokenFile());
        put(ConfigKeys.ADMIN_OPEN_METRICS, admin.openMetrics());
        put(ConfigKeys.ADMIN_OPEN_HEALTH, admin.openHealth());
        put(ConfigKeys.ADMIN_HOSTS, admin.hosts());
        put(ConfigKeys.ADMIN_MAX_CONNECTIONS, (long) admin.maxConnections());
        put(ConfigKeys.ADMIN_METRICS_SERIES, (long) admin.metricsSeries());
    }

    private void putListen(ListenConfig listen) {
        put(ConfigKeys.LISTEN_HOST, listen.host());
        put(ConfigKeys.LISTEN_PORT, (long) listen.port());
        put(ConfigKeys.LISTEN_BACKLOG, (long) listen.backlog());
    }

    private void putTransport(TransportConfig transport) {
        put(ConfigKeys.TRANSPORT_TYPE, transport.type().text());
        put(ConfigKeys.EVENT_LOOPS, (long) transport.eventLoops());
        put(ConfigKeys.SEND_BUFFER, (long) transport.sendBufferBytes());
        put(ConfigKeys.RECEIVE_BUFFER, (long) transport.receiveBufferBytes());
        put(ConfigKeys.READ_SIZE, (long) transport.readBytes());
        put(ConfigKeys.PAGE_FILES, (long) transport.pageFiles());
        put(ConfigKeys.HANDSHAKE_TIMEOUT, transport.handshakeTimeoutMs());
        put(ConfigKeys.FRAME_TIMEOUT, transport.frameTimeoutMs());
        put(ConfigKeys.IDLE_TIMEOUT, transport.idleTimeoutMs());
        put(ConfigKeys.USER_TIMEOUT, transport.userTimeoutMs());
        put(ConfigKeys.UNSENT_LOW_WATER, (long) transport.unsentLowWaterBytes());
    }

    private void putQueues(QueueConfig queues) {
        put(ConfigKeys.QUEUE_MAX_BYTES, queues.maxBytes());
        put(ConfigKeys.QUEUE_MAX_MESSAGES, queues.maxMessages());
        put(ConfigKeys.WINDOW_BYTES, queues.windowBytes());
        put(ConfigKeys.WINDOW_MESSAGES, (long) queues.windowMessages());
        put(ConfigKeys.STALL_TIMEOUT, queues.stallTimeoutMs());
    }

    private void putSendQueue(SendQueueConfig sendQueue) {
        put(ConfigKeys.SEND_QUEUE_MAX_BYTES, sendQueue.maxBytes());
        put(ConfigKeys.SEND_QUEUE_MAX_MESSAGES, sendQueue.maxMessages());
        put(ConfigKeys.SEND_QUEUE_MAX_AGE, sendQueue.maxAgeMs());
        put(ConfigKeys.PUSH_BACK_TIMEOUT, sendQueue.pushBackTimeoutMs());
    }

    private <T> void copy(ConfigKey<T> key, ConfigValues from) {
        put(key, from.get(key));
    }

    private <T> void putDefault(ConfigKey<T> key) {
        put(key, key.defaultValue());
    }

    private int getInt(ConfigKey<Long> key) {
        return Math.toIntExact(get(key));
    }
}

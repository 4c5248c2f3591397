package io.sluice.broker.config;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All settings of a broker, complete and checked. Only the composition root sees it; everything else is given the record
 * it needs.
 *
 * @param listen where it listens
 * @param transport how sockets are served
 * @param connections how many there may be
 * @param nativeWire limits of the native protocol, keys {@code native.…}
 * @param destinations how many there may be
 * @param queues bounds of queues
 * @param sendQueue bounds of topic subscribers, keys {@code delivery.…}
 * @param overflow exceptions from both by destination, the first match counts; keys {@code delivery.overflow}
 * @param memory the bound of everything queued
 * @param shutdown how it ends
 * @param stats where statistics go
 * @param log what is logged
 * @param admin what operators are served
 */
public record BrokerConfig(
        ListenConfig listen,
        TransportConfig transport,
        ConnectionsConfig connections,
        NativeConfig nativeWire,
        DestinationsConfig destinations,
        QueueConfig queues,
        SendQueueConfig sendQueue,
        List<OverflowRule> overflow,
        MemoryConfig memory,
        ShutdownConfig shutdown,
        StatsConfig stats,
        LogConfig log,
        AdminConfig admin) {

    /** Throws {@link ConfigException} with every bound that is smaller than the largest frame and every dead rule. */
    public BrokerConfig {
        overflow = List.copyOf(overflow);
        CrossChecks checks = new CrossChecks(nativeWire);
        checks.bound(ConfigKeys.SEND_QUEUE_MAX_BYTES, sendQueue.maxBytes());
        checks.bound(ConfigKeys.QUEUE_MAX_BYTES, queues.maxBytes());
        checks.bound(ConfigKeys.MEMORY_MAX, memory.maxBytes());
        checks.rules(overflow);
        checks.throwIfAny();
    }

    /** Every key at its default. */
    public static BrokerConfig defaults() {
        return ConfigValues.defaults().toConfig();
    }

    /**
     * The same with one setting changed.
     *
     * @param key the dotted key as in the file, for example {@code listen.port}
     * @param value YAML as in the file, for example {@code 64 MiB} or
     *     <code>[{pattern: /topic/**, policy: drop-oldest}]</code>
     * @throws ConfigException if the key is unknown or the value is not allowed there; policy names are not looked up
     */
    public BrokerConfig with(String key, String value) {
        return with(Map.of(key, value));
    }

    /**
     * The same with several settings changed at once: what only goes together, as a larger frame with larger bounds.
     *
     * @param settings YAML by dotted key
     * @throws ConfigException as {@link #with(String, String)}, with all problems
     */
    public BrokerConfig with(Map<String, String> settings) {
        ConfigAssembly assembly = new ConfigAssembly(ConfigValues.of(this), Set.of());
        settings.forEach((key, value) -> assembly.take(key, value, Origin.CALL));
        return assembly.finish();
    }

    /**
     * What is in force after a broker that runs with this configuration was told to take another: that one, but for keys
     * that only a start reads.
     *
     * @throws ConfigException if the two do not go together
     */
    public BrokerConfig reloaded(BrokerConfig wanted) {
        return ConfigValues.of(wanted).afterReload(ConfigValues.of(this)).toConfig();
    }
}

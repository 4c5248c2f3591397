package io.sluice.broker.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A configuration, and where each of its values came from.
 *
 * @param config the settings
 * @param origins by dotted key, for every key: {@code default}, {@code file sluice.yaml line 7},
 *     {@code environment SLUICE_CONF_LISTEN_PORT} or {@code flag --set}
 */
public record LoadedConfig(BrokerConfig config, Map<String, String> origins) {
    public LoadedConfig {
        // Not Map.copyOf: it would lose the order.
        origins = Collections.unmodifiableMap(new LinkedHashMap<>(origins));
    }
}

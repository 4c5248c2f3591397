package io.sluice.broker.server;

import io.sluice.broker.config.ConfigLoader;
import io.sluice.broker.config.LoadedConfig;
import io.sluice.broker.delivery.OverflowPolicies;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the daemon's configuration comes from; what the file says may be another thing each time it is read.
 *
 * @param file null for none
 * @param flags values by dotted key
 */
record ConfigSource(@Nullable Path file, Map<String, String> environment, Map<String, String> flags) {

    /** Throws {@link io.sluice.broker.config.ConfigException} with every problem found. */
    LoadedConfig read() {
        return new ConfigLoader(OverflowPolicies.names()).load(file, environment, flags);
    }
}

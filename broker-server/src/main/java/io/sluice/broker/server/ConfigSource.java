package io.sluice.broker.server;

import io.sluice.broker.config.ConfigException;
import io.sluice.broker.config.ConfigLoader;
import io.sluice.broker.config.LoadedConfig;
import io.sluice.broker.delivery.OverflowPolicies;
import java.nio.file.Files;
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

    /**
     * As {@link #read}, while the broker runs: what may never end, such as a pipe, is not read.
     *
     * @throws ConfigException with every problem found
     */
    LoadedConfig readAgain() {
        if (file != null && Files.exists(file) && !Files.isRegularFile(file)) {
            throw ConfigException.of("config", file + " is no regular file and cannot be read again");
        }
        return read();
    }

    /** @throws ConfigException with every problem found */
    LoadedConfig read() {
        return new ConfigLoader(OverflowPolicies.names()).load(file, environment, flags);
    }
}

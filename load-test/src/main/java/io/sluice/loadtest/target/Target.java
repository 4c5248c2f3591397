package io.sluice.loadtest.target;

import io.sluice.loadtest.wire.WireFormat;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What is measured.
 *
 * @param name what it is called in the table
 * @param process null where its pid is not known
 */
public record Target(
        String name,
        WireFormat wire,
        InetSocketAddress address,
        @Nullable ProcessUsage process) {
    /** The name of the bare relay, which shows what the machine can do. */
    public static final String LIMIT = "limit";

    public boolean isLimit() {
        return name.equals(LIMIT);
    }
}

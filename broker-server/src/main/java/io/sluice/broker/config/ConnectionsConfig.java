package io.sluice.broker.config;

/**
 * How many connections may be open at a time.
 *
 * @param max 1 to 10,000,000; 0 is 80 % of the process's descriptor limit, see {@link DescriptorLimit}
 */
public record ConnectionsConfig(int max) {
    public ConnectionsConfig {
        ConfigKeys.CONNECTIONS_MAX.check((long) max);
    }
}

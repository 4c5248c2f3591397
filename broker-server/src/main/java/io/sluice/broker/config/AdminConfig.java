package io.sluice.broker.config;

import java.util.List;
import java.util.Locale;

/**
 * What operators are served: health, metrics, the API and the console.
 *
 * @param enabled whether at all
 * @param host the name or address of the interface
 * @param port 0 to 65535, 0 takes any free port; or {@link #AUTO_PORT}
 * @param tokenFile the file with the token; empty for the one under the user's state directory, which is made
 * @param openMetrics whether metrics need no token beyond this machine either
 * @param openHealth whether health needs no token beyond this machine either
 * @param hosts further names under which clients may ask, separated by commas
 * @param maxConnections how many there may be at a time, 1 to 10,000
 * @param metricsSeries how many destinations and how many subscribers metrics are told of one by one, 0 to 1,000
 */
public record AdminConfig(
        boolean enabled,
        String host,
        int port,
        String tokenFile,
        boolean openMetrics,
        boolean openHealth,
        String hosts,
        int maxConnections,
        int metricsSeries) {
    /**
     * {@link #DEFAULT_PORT}, or any free one where the broker itself takes any; where the port is taken the broker runs
     * without.
     */
    public static final int AUTO_PORT = -1;

    /** The port people expect. */
    public static final int DEFAULT_PORT = 25001;

    public AdminConfig {
        ConfigKeys.ADMIN_HOST.check(host);
        ConfigKeys.ADMIN_PORT.check((long) port);
        ConfigKeys.ADMIN_TOKEN_FILE.check(tokenFile);
        ConfigKeys.ADMIN_HOSTS.check(hosts);
        ConfigKeys.ADMIN_MAX_CONNECTIONS.check((long) maxConnections);
        ConfigKeys.ADMIN_METRICS_SERIES.check((long) metricsSeries);
    }

    /** The further names, in lower case. */
    public List<String> hostNames() {
        return Text.names(hosts).map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }
}

package io.sluice.broker.config;

/**
 * Where the broker listens.
 *
 * @param host the name or address of the interface; {@code 0.0.0.0} or {@code ::} for all
 * @param port 0 to 65535; 0 takes any free port
 * @param backlog connections the kernel holds until they are accepted, 1 to 65535
 */
public record ListenConfig(String host, int port, int backlog) {
    public ListenConfig {
        ConfigKeys.LISTEN_HOST.check(host);
        ConfigKeys.LISTEN_PORT.check((long) port);
        ConfigKeys.LISTEN_BACKLOG.check((long) backlog);
    }
}

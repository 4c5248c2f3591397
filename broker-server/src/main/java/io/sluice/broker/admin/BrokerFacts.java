package io.sluice.broker.admin;

import java.time.Instant;
import java.util.List;

/**
 * What does not change while a broker takes clients.
 *
 * @param configFile the file it was started with; empty for none
 * @param listen protocol and address of each listener, as {@code native 127.0.0.1:25000}; empty while it starts
 * @param transport epoll, nio or io_uring
 */
public record BrokerFacts(
        String version,
        String javaVersion,
        long pid,
        Instant started,
        String configFile,
        List<String> listen,
        String transport) {
    public BrokerFacts {
        listen = List.copyOf(listen);
    }
}

package io.sluice.broker.transport;

import io.netty.channel.Channel;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.metrics.BrokerCounters;
import java.util.List;
import java.util.Map;

/**
 * Makes connections without a listener, for benchmarks of what lies behind the socket. Stands in the broker's package
 * because only a {@link Listener} can make them otherwise.
 */
public final class BenchmarkConnection {
    private BenchmarkConnection() {}

    /** A connection over a channel, with bounds that no benchmark reaches. */
    public static Connection over(Channel channel, BrokerCounters counters, NanoClock clock) {
        return new Connection(
                channel,
                "c-benchmark",
                TransportKind.NIO,
                clock,
                BrokerConfig.defaults()
                        .with(Map.of("transport.handshake-timeout", "1 h", "transport.user-timeout", "1 h"))
                        .transport(),
                new CloseLog(clock),
                counters);
    }

    /** Lets a connection find out its protocol from the first bytes that are read. */
    public static void detect(Connection connection, WireProtocol protocol) {
        connection.channel().pipeline().addLast(new ProtocolDetector(connection, List.of(protocol)));
    }
}

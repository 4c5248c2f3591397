package io.sluice.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.metrics.BrokerCounters;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LoopsAnswerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    @Test
    void aLoopThatHangsDoesNotAnswerAndIsLate() throws Exception {
        BrokerConfig config = BrokerConfig.defaults().with(Map.of("listen.port", "0", "transport.event-loops", "2"));
        Listener listener = new Listener(
                config.transport(),
                TransportKind.NIO,
                new Connections(10),
                List.of(new Hanging()),
                new BrokerCounters(),
                new CloseLog(NanoClock.SYSTEM),
                () -> {},
                NanoClock.SYSTEM);
        InetSocketAddress address = listener.bind(config.listen(), UnpooledByteBufAllocator.DEFAULT);
        try (Socket client = new Socket()) {
            assertThat(listener.loopsAnswer(PATIENCE)).isTrue();
            client.connect(address);
            client.getOutputStream().write('x');
            assertThat(reached.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(listener.loopsAnswer(Duration.ofMillis(50))).isFalse();
            // Also before it comes to its tick.
            await().atMost(PATIENCE)
                    .until(() -> listener.loopDelays().stream()
                            .anyMatch(loop -> loop.lastNs() > TimeUnit.MILLISECONDS.toNanos(600)));
            released.countDown();
            assertThat(listener.loopsAnswer(PATIENCE)).isTrue();
        } finally {
            released.countDown();
            listener.close();
        }
        assertThat(listener.loopsAnswer(PATIENCE)).isFalse();
    }

    /** Keeps the loop of whoever sends something. */
    private final class Hanging implements WireProtocol {
        @Override
        public String name() {
            return "hanging";
        }

        @Override
        public Match match(ByteBuf first) {
            return Match.YES;
        }

        @Override
        public void install(Connection connection) {
            connection.install(name(), new ChannelInboundHandlerAdapter());
            reached.countDown();
            try {
                assertThat(released.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

package io.sluice.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.config.ConfigChange;
import io.sluice.broker.config.ConfigException;
import io.sluice.broker.config.Effect;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.DropReason;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A broker that takes over another configuration while clients are connected. */
final class ReloadTest {
    private static final BrokerConfig DEFAULTS =
            BrokerConfig.defaults().with(Map.of("listen.port", "0", "transport.event-loops", "2"));

    private final Broker broker = Broker.start(DEFAULTS);

    @AfterEach
    void close() {
        broker.close();
    }

    @Test
    void tellsWhatChangedAndKeepsWhatNeedsARestart() {
        List<ConfigChange> changes =
                broker.reload(DEFAULTS.with(Map.of("listen.port", "4711", "shutdown.drain-timeout", "1 s")));
        assertThat(changes)
                .containsExactly(
                        new ConfigChange("listen.port", "0", "4711", Effect.RESTART),
                        new ConfigChange("shutdown.drain-timeout", "8 s", "1 s", Effect.LIVE));
        assertThat(broker.config()).isEqualTo(DEFAULTS.with("shutdown.drain-timeout", "1 s"));
        assertThat(broker.reload(broker.config())).isEmpty();
    }

    @Test
    void whatDoesNotFitThisMachineChangesNothing() {
        for (Map<String, String> bad : List.of(
                Map.of("connections.max", "7", "memory.max", "1024 GiB"),
                Map.of("connections.max", "7", "delivery.overflow", "[{pattern: /topic/**, policy: no-such}]"))) {
            int before = broker.maxConnections();
            assertThatThrownBy(() -> broker.reload(DEFAULTS.with(bad))).isInstanceOf(ConfigException.class);
            assertThat(broker.config()).isEqualTo(DEFAULTS);
            assertThat(broker.maxConnections()).isEqualTo(before);
        }
    }

    @Test
    void aStoppedBrokerRefuses() {
        broker.close();
        assertThatThrownBy(() -> broker.reload(DEFAULTS)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theBoundOfConnectionsIsForNewOnes() throws IOException {
        try (NativeClient one = NativeClient.subscribe(broker, "/topic/a");
                NativeClient two = NativeClient.subscribe(broker, "/topic/a")) {
            until(() -> broker.counters().openConnections() == 2);
            reload(Map.of("connections.max", "1"));
            try (NativeClient refused = NativeClient.connect(broker)) {
                refused.assertEnded();
            } catch (SocketException e) {
                // It was reset before the client had looked.
                assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe).*");
            }
            until(() -> broker.counters().totals().closed(CloseReason.CONNECTIONS) == 1);
            reload(Map.of("connections.max", "3"));
            try (NativeClient three = NativeClient.subscribe(broker, "/topic/b")) {
                until(() -> broker.counters().openConnections() == 3);
            }
        }
    }

    @Test
    void theLargestFrameIsForConnectionsThatAreThere() throws IOException {
        try (NativeClient subscriber = NativeClient.subscribe(broker, "/topic/a");
                NativeClient publisher = NativeClient.subscribe(broker, "/null")) {
            until(() -> broker.counters().destinations() == 1);
            publisher.publish("/topic/a", "x".repeat(100));
            assertThat(subscriber.receive()).hasSize(100);
            reload(Map.of("native.max-frame", "50 B"));
            publisher.publish("/topic/a", "x".repeat(50));
            assertThat(subscriber.receive()).hasSize(50);
            publisher.publish("/topic/a", "x".repeat(51));
            until(() -> broker.counters().totals().closed(CloseReason.FRAME_TOO_LONG) == 1);
        }
    }

    @Test
    void theBoundOfWhatWaitsIsForSubscribersThatAreThere() throws IOException {
        try (NativeClient stalled = NativeClient.subscribe(broker, "/topic/a");
                NativeClient publisher = NativeClient.subscribe(broker, "/null")) {
            until(() -> broker.counters().subscribers().size() == 1);
            // More than kernels take for somebody who never reads.
            for (int i = 0; i < 300; i++) {
                publisher.publish("/topic/a", "x".repeat(100_000));
            }
            publisher.goodbye().assertEnded();
            assertThat(broker.counters().totals().dropped(DropReason.OVERFLOW)).isZero();
            reload(Map.of("native.max-frame", "100 KiB", "delivery.send-queue.max-bytes", "1 MiB"));
            until(() -> broker.counters().totals().dropped(DropReason.OVERFLOW) > 0);
        }
    }

    @Test
    void timeoutsAreForConnectionsThatAreThere() throws IOException {
        try (NativeClient silent = NativeClient.connect(broker);
                NativeClient idle = NativeClient.subscribe(broker, "/topic/a")) {
            until(() -> broker.counters().destinations() == 1);
            reload(Map.of("transport.handshake-timeout", "1 ms", "transport.idle-timeout", "1 ms"));
            until(() -> broker.counters().totals().closed(CloseReason.HANDSHAKE_TIMEOUT) == 1);
            until(() -> broker.counters().totals().closed(CloseReason.IDLE_TIMEOUT) == 1);
        }
    }

    @Test
    void destinationsAboveALoweredLimitStayAndQueuesAreForgottenSooner() throws IOException {
        try (NativeClient one = NativeClient.subscribe(broker, "/topic/a");
                NativeClient two = NativeClient.subscribe(broker, "/queue/b")) {
            until(() -> broker.counters().destinations() == 2);
            reload(Map.of("destinations.max", "1", "destinations.forget-after", "1 ms"));
            try (NativeClient third = NativeClient.subscribe(broker, "/topic/c")) {
                third.assertEnded();
            }
            until(() -> broker.counters().totals().closed(CloseReason.DESTINATIONS) == 1);
            two.goodbye().assertEnded();
            until(() -> broker.counters().destinations() == 1);
        }
    }

    @Test
    void aQueueThatLeavesPushBackReleasesItsPublishersAndLosesNothing() throws IOException {
        reload(Map.of("queues.max-messages", "10"));
        try (NativeClient publisher = NativeClient.subscribe(broker, "/null")) {
            for (int i = 0; i < 11; i++) {
                publisher.publish("/queue/a", Integer.toString(i));
            }
            until(() -> broker.counters().waitingPublishers() == 1);
            reload(Map.of(
                    "queues.max-messages",
                    "10",
                    "delivery.overflow",
                    "[{pattern: /queue/**, policy: drop-newest, max-messages: 100}]"));
            assertThat(broker.counters().waitingPublishers()).isZero();
            publisher.publish("/queue/a", "11").goodbye().assertEnded();
            try (NativeClient subscriber = NativeClient.subscribe(broker, "/queue/a")) {
                for (int i = 0; i < 12; i++) {
                    assertThat(subscriber.receive()).isEqualTo(Integer.toString(i));
                }
            }
            assertThat(broker.counters().totals().dropped(DropReason.OVERFLOW)).isZero();
        }
    }

    @Test
    void theMemoryBoundIsInForceAtOnce() {
        reload(Map.of("memory.max", "64 MiB"));
        assertThat(broker.counters().maxPinnedBytes()).isEqualTo(64 << 20);
        assertThat(broker.memoryBounds().origin()).isEqualTo("64 MiB as configured by memory.max");
    }

    private void reload(Map<String, String> settings) {
        broker.reload(DEFAULTS.with(settings));
    }

    private static void until(Callable<Boolean> condition) {
        await().atMost(Duration.ofSeconds(30)).until(condition);
    }
}

package io.sluice.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.config.ConfigException;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.metrics.SubscriberSnapshot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A broker within this JVM, and clients that speak its native protocol over plain sockets. */
final class BrokerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    // ---------------------------------------------------------------- starting and stopping

    @Test
    void severalRunSideBySideAndKnowNothingOfEachOther() throws IOException {
        try (Broker one = start();
                Broker other = start()) {
            assertThat(one.address().getPort())
                    .isPositive()
                    .isNotEqualTo(other.address().getPort());
            try (NativeClient subscriber = NativeClient.subscribe(one, "/topic/a");
                    NativeClient elsewhere = NativeClient.subscribe(other, "/topic/a")) {
                until(() ->
                        one.counters().destinations() == 1 && other.counters().destinations() == 1);
                publishAndLeave(one, "/topic/a", "for one");
                publishAndLeave(other, "/topic/a", "for the other");
                assertThat(subscriber.receive()).isEqualTo("for one");
                assertThat(elsewhere.receive()).isEqualTo("for the other");
            }
        }
    }

    @Test
    void mayBeClosedTwice() throws IOException {
        Broker broker = start();
        NativeClient client = NativeClient.subscribe(broker, "/topic/a");
        until(() -> broker.counters().openConnections() == 1);
        broker.close();
        broker.close();
        client.assertEnded();
        client.close();
        assertThat(broker.counters().openConnections()).isZero();
        assertThat(broker.counters().pinnedBytes()).isZero();
        assertThat(broker.counters().totals().closed(CloseReason.SHUTDOWN)).isEqualTo(1);
    }

    @Test
    void tellsThatItStartsUntilItListens() throws Exception {
        Broker broker = Broker.prepare(config(Map.of("admin.port", "0")));
        try {
            URI ready = URI.create(
                    "http://127.0.0.1:" + broker.openAdmin().orElseThrow().getPort() + "/readyz");
            HttpClient client = HttpClient.newHttpClient();
            HttpRequest ask = HttpRequest.newBuilder(ready).build();

            HttpResponse<String> starting = client.send(ask, HttpResponse.BodyHandlers.ofString());
            assertThat(starting.statusCode()).isEqualTo(503);
            assertThat(starting.body()).contains("\"starting\"");
            assertThatThrownBy(broker::address).isInstanceOf(IllegalStateException.class);
            HttpRequest askMore =
                    HttpRequest.newBuilder(ready.resolve("/api/v1/broker")).build();
            assertThat(client.send(askMore, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .contains("\"state\":\"starting\"", "\"listen\":[]");

            broker.listen();
            assertThat(client.send(ask, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
            NativeClient.subscribe(broker, "/topic/a").goodbye().assertEnded();
        } finally {
            broker.close();
        }
    }

    @Test
    void aPortThatIsTakenIsToldInOneLine() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            BrokerConfig config = config(Map.of("listen.port", Integer.toString(taken.getLocalPort())));
            assertThatThrownBy(() -> Broker.start(config))
                    .isInstanceOf(BrokerStartException.class)
                    .hasMessage(
                            "cannot listen on 127.0.0.1:" + taken.getLocalPort()
                                    + ": the address is already in use; stop what listens there, or choose another port with --port");
        }
    }

    @Test
    void anAddressOfAnotherMachineIsToldInOneLine() {
        assertThatThrownBy(() -> Broker.start(config(Map.of("listen.host", "192.0.2.1"))))
                .isInstanceOf(BrokerStartException.class)
                .hasMessageContaining("this machine has no such address")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void aPolicyThatDoesNotExistIsRefused() {
        assertThatThrownBy(() ->
                        Broker.start(config(Map.of("delivery.overflow", "[{pattern: /topic/**, policy: drop-all}]"))))
                .isInstanceOfAny(ConfigException.class, IllegalArgumentException.class)
                .hasMessageContaining("drop-all");
    }

    @Test
    void deliversWhatIsQueuedWhenItStops() throws IOException {
        Broker broker = start();
        try (NativeClient subscriber = NativeClient.subscribe(broker, "/queue/a");
                NativeClient publisher = NativeClient.subscribe(broker, "/null")) {
            for (int i = 0; i < 1_000; i++) {
                publisher.publish("/queue/a", "message " + i);
            }
            until(() -> broker.counters().totals().messagesIn() == 1_000);
            Thread closing = new Thread(broker::close);
            closing.start();
            for (int i = 0; i < 1_000; i++) {
                assertThat(subscriber.receive()).isEqualTo("message " + i);
            }
            subscriber.assertEnded();
        } finally {
            broker.close();
        }
    }

    @Test
    void whatNobodyTookIsCountedWhenItStops() throws IOException {
        Broker broker = start();
        publishAndLeave(broker, "/queue/a", "one", "two");
        broker.close();
        assertThat(broker.counters().totals().dropped(DropReason.SHUTDOWN)).isEqualTo(2);
        assertThat(broker.counters().pinnedBytes()).isZero();
    }

    // ---------------------------------------------------------------- what clients may rely on

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio", "io_uring"})
    void routesTopicsAndQueuesWithEveryTransport(String transport) throws IOException {
        try (Broker broker = start(Map.of("transport.type", transport));
                NativeClient a = NativeClient.subscribe(broker, "/topic/t");
                NativeClient b = NativeClient.subscribe(broker, "/topic/t");
                NativeClient q = NativeClient.subscribe(broker, "/queue/q")) {
            until(() -> broker.counters().subscribers().size() == 3);
            String large = "x".repeat(200_000);
            publishAndLeave(broker, "/topic/t", "1", "", large);
            publishAndLeave(broker, "/queue/q", "2", large, "");
            for (NativeClient client : List.of(a, b)) {
                assertThat(client.receive()).isEqualTo("1");
                assertThat(client.receive()).isEmpty();
                assertThat(client.receive()).isEqualTo(large);
            }
            assertThat(q.receive()).isEqualTo("2");
            assertThat(q.receive()).isEqualTo(large);
            assertThat(q.receive()).isEmpty();
            until(() -> broker.counters().pinnedBytes() == 0);
        }
    }

    @Test
    void tellsHowItStands() throws IOException {
        try (Broker broker = start();
                NativeClient subscriber = NativeClient.subscribe(broker, "/topic/t")) {
            until(() -> broker.counters().subscribers().size() == 1);
            publishAndLeave(broker, "/topic/t", "abc");
            publishAndLeave(broker, "/topic/none", "lost");
            publishAndLeave(broker, "/null", "nowhere", "and again");
            publishAndLeave(broker, "/queue/q", "waits");
            assertThat(subscriber.receive()).isEqualTo("abc");
            until(() -> broker.counters().totals().messagesWritten() == 1);
            BrokerSnapshot snapshot = broker.counters();
            assertThat(snapshot.totals().messagesIn()).isEqualTo(5);
            assertThat(snapshot.totals().bytesIn()).isEqualTo(3 + 4 + 7 + 9 + 5);
            assertThat(snapshot.totals().bytesWritten()).isEqualTo(3);
            assertThat(snapshot.totals().dropped(DropReason.NO_SUBSCRIBER)).isEqualTo(1);
            assertThat(snapshot.totals().dropped(DropReason.NOWHERE)).isEqualTo(2);
            assertThat(snapshot.totals().connectionsAccepted()).isEqualTo(5);
            assertThat(snapshot.waitingMessages()).isEqualTo(1);
            assertThat(snapshot.waitingBytes())
                    .isEqualTo(snapshot.pinnedBytes())
                    .isPositive();
            assertThat(snapshot.destinations()).isEqualTo(2);
            assertThat(snapshot.maxPinnedBytes())
                    .isEqualTo(broker.memoryBounds().maxBytes());
            SubscriberSnapshot only = snapshot.subscribers().get(0);
            assertThat(only.destination()).isEqualTo("/topic/t");
            assertThat(only.messagesWritten()).isEqualTo(1);
            assertThat(only.remoteAddress()).isEqualTo("127.0.0.1:" + subscriber.socket.getLocalPort());
        }
    }

    @Test
    void everyCloseIsCountedByItsReason() throws IOException {
        try (Broker broker = start(Map.of("native.max-frame", "64 KiB", "destinations.max", "1"))) {
            closedFor(
                    broker,
                    CloseReason.GOODBYE,
                    client -> client.frame("/topic/a").goodbye());
            closedFor(broker, CloseReason.INVALID_NAME, client -> client.goodbye());
            closedFor(broker, CloseReason.INVALID_NAME, client -> client.frame("$SYS"));
            closedFor(
                    broker,
                    CloseReason.INVALID_NAME,
                    client -> client.frame("/null").frame("/a/*"));
            closedFor(broker, CloseReason.INVALID_NAME, client -> client.raw(0, 0, 4, 1));
            closedFor(
                    broker,
                    CloseReason.FRAME_TOO_LONG,
                    client -> client.frame("/null").frame("/topic/a").raw(0, 1, 0, 1));
            closedFor(
                    broker,
                    CloseReason.FRAME_TOO_LONG,
                    client -> client.frame("/null").frame("/topic/a").raw(255, 255, 255, 255));
            closedFor(broker, CloseReason.UNKNOWN_PROTOCOL, client -> client.raw('G', 'E', 'T', ' '));
            closedFor(broker, CloseReason.UNKNOWN_PROTOCOL, client -> client.raw(0, 1));
            closedFor(broker, CloseReason.CUT_OFF, client -> {
                client.frame("/null").frame("/topic/a");
                client.socket.shutdownOutput();
            });
            closedFor(broker, CloseReason.CUT_OFF, client -> {
                client.frame("/null").raw(0, 0);
                client.socket.shutdownOutput();
            });
            closedFor(broker, CloseReason.CUT_OFF, client -> {
                client.raw(0);
                client.socket.shutdownOutput();
            });
            closedFor(broker, CloseReason.LEFT, client -> {
                client.frame("/null").publish("/null", "x");
                client.socket.shutdownOutput();
            });
            closedFor(
                    broker,
                    CloseReason.DESTINATIONS,
                    client -> client.frame("/queue/first").publish("/queue/second", "x"));
            assertThat(broker.counters().openConnections()).isZero();
            assertThat(broker.counters().pinnedBytes()).isZero();
        }
    }

    @Test
    void closesWhoSendsNoFirstFrameInTime() throws IOException {
        try (Broker broker = start(Map.of("transport.handshake-timeout", "200 ms"))) {
            closedFor(broker, CloseReason.HANDSHAKE_TIMEOUT, client -> {});
            closedFor(broker, CloseReason.HANDSHAKE_TIMEOUT, client -> client.raw(0, 0, 0, 9, 'x'));
        }
    }

    @Test
    void closesWhoseFrameDoesNotAdvance() throws IOException {
        try (Broker broker = start(Map.of("transport.frame-timeout", "200 ms"))) {
            closedFor(
                    broker,
                    CloseReason.FRAME_TIMEOUT,
                    client -> client.frame("/null").frame("/topic/a").raw(0, 0, 0, 9, 'x'));
            assertThat(broker.counters().pinnedBytes()).isZero();
        }
    }

    @Test
    void refusesMoreConnectionsThanItMayHave() throws IOException {
        try (Broker broker = start(Map.of("connections.max", "1"));
                NativeClient first = NativeClient.subscribe(broker, "/topic/a")) {
            until(() -> broker.counters().destinations() == 1);
            try (NativeClient second = NativeClient.connect(broker)) {
                second.assertEnded();
            } catch (SocketException e) {
                // The reset may come while the client is still connecting.
                assertThat(e).hasMessageContaining("reset");
            }
            until(() -> broker.counters().totals().closed(CloseReason.CONNECTIONS) == 1);
            publishThrough(first, "/topic/a", "still there");
            assertThat(first.receive()).isEqualTo("still there");
        }
    }

    @Test
    void unsentMessagesOfAQueueReturnAndTheNextSubscriberGetsThem() throws IOException {
        try (Broker broker = start(Map.of("transport.send-buffer", "16 KiB"))) {
            NativeClient leaver = NativeClient.connect(broker);
            leaver.socket.setReceiveBufferSize(4_096);
            leaver.frame("/queue/q");
            until(() -> broker.counters().subscribers().size() == 1);
            try (NativeClient publisher = NativeClient.subscribe(broker, "/null")) {
                String padding = "x".repeat(10_000);
                for (int i = 0; i < 1_000; i++) {
                    publisher.publish("/queue/q", i + " " + padding);
                }
                publisher.goodbye().assertEnded();
            }
            leaver.socket.setSoLinger(true, 0);
            leaver.close();
            until(() -> broker.counters().subscribers().isEmpty());
            long lost = broker.counters().totals().messagesWritten();
            try (NativeClient next = NativeClient.subscribe(broker, "/queue/q")) {
                for (long i = lost; i < 1_000; i++) {
                    assertThat(next.receive()).startsWith(i + " ");
                }
            }
            assertThat(broker.counters().totals().messagesReturned()).isPositive();
        }
    }

    @Test
    void aPublisherIsNotReadWhileItsQueueIsFull() throws IOException {
        try (Broker broker = start(Map.of("queues.max-messages", "10"));
                NativeClient publisher = NativeClient.subscribe(broker, "/null")) {
            for (int i = 0; i < 10; i++) {
                publisher.publish("/queue/q", "m" + i);
            }
            until(() -> broker.counters().waitingPublishers() == 1);
            publisher.publish("/queue/q", "after").goodbye();
            try (NativeClient subscriber = NativeClient.subscribe(broker, "/queue/q")) {
                for (int i = 0; i < 10; i++) {
                    assertThat(subscriber.receive()).isEqualTo("m" + i);
                }
                assertThat(subscriber.receive()).isEqualTo("after");
            }
            publisher.assertEnded();
            assertThat(broker.counters().totals().pushBacks()).isPositive();
        }
    }

    private interface Conversation {
        void with(NativeClient client) throws IOException;
    }

    private static void closedFor(Broker broker, CloseReason reason, Conversation conversation) throws IOException {
        long before = broker.counters().totals().closed(reason);
        try (NativeClient client = NativeClient.connect(broker)) {
            try {
                conversation.with(client);
                client.assertEnded();
            } catch (SocketException e) {
                // The reset that ends the connection may come while the client is still writing.
                assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe).*");
            }
            client.socket.close();
            until(() -> broker.counters().totals().closed(reason) == before + 1);
            until(() -> broker.counters().openConnections() == 0);
        }
    }

    private static void publishThrough(NativeClient client, String destination, String payload) throws IOException {
        client.publish(destination, payload);
    }

    /** All is routed when this returns. */
    private static void publishAndLeave(Broker broker, String destination, String... payloads) throws IOException {
        try (NativeClient publisher = NativeClient.subscribe(broker, "/null")) {
            for (String payload : payloads) {
                publisher.publish(destination, payload);
            }
            publisher.goodbye().assertEnded();
        }
    }

    private static void until(Callable<Boolean> condition) {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(PATIENCE)
                .until(condition);
    }

    private static Broker start() {
        return start(Map.of());
    }

    private static Broker start(Map<String, String> settings) {
        return Broker.start(config(settings));
    }

    private static BrokerConfig config(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(Map.of("listen.port", "0", "transport.event-loops", "2"));
        all.putAll(settings);
        return BrokerConfig.defaults().with(all);
    }
}

package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The first connection: made, refused, never answered, cancelled. */
@Timeout(60)
@ExtendWith(NothingIsLeft.class)
class ConnectingTest {
    @Test
    void subscribesToNothingToPublish() throws Exception {
        try (FakeBroker broker = new FakeBroker();
                SluiceClient client = SluiceClient.connect(broker.options());
                FakeBroker.Peer peer = broker.acceptPublisher()) {
            client.closeAsync(Duration.ofSeconds(5));
            peer.expectGoodbye();
        }
    }

    @Test
    void saysThatNobodyListens() throws Exception {
        int port = unusedPort();

        assertThatThrownBy(() -> SluiceClient.connect("127.0.0.1", port))
                .isInstanceOf(CannotConnectException.class)
                .hasMessageContaining("127.0.0.1:" + port)
                .hasMessageContaining("refused")
                .hasMessageContaining("is the broker running?");
    }

    @Test
    void saysThatANameCannotBeResolved() {
        assertThatThrownBy(() -> SluiceClient.connect("no-such-host.invalid", 25_000))
                .isInstanceOf(CannotConnectException.class)
                .hasMessageContaining("no-such-host.invalid")
                .hasMessageContaining("cannot be resolved");
    }

    @Test
    void givesUpInTimeWhereNobodyAnswers() throws Exception {
        try (Mute mute = new Mute()) {
            ClientOptions options =
                    ClientOptions.of("127.0.0.1", mute.port()).withConnectTimeout(Duration.ofMillis(100));
            long beganNs = System.nanoTime();

            assertThatThrownBy(() -> SluiceClient.connect(options))
                    .isInstanceOf(CannotConnectException.class)
                    .hasMessageContaining(": no answer within 100 ms; check the host");
            assertThat(Duration.ofNanos(System.nanoTime() - beganNs)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void canBeInterruptedAndCancelledWhileItConnects() throws Exception {
        try (Mute mute = new Mute()) {
            ClientOptions options =
                    ClientOptions.of("127.0.0.1", mute.port()).withConnectTimeout(Duration.ofMinutes(1));
            CompletableFuture<SluiceClient> cancelled = SluiceClient.connectAsync(options);
            cancelled.cancel(false);

            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> SluiceClient.connect(options)).isInstanceOf(InterruptedException.class);
            assertThat(Thread.interrupted()).isFalse();
            await("both have closed").until(() -> NothingIsLeft.threads().isEmpty());
        }
    }

    @Test
    void closesAtOnceWhileItConnects() throws Exception {
        try (Mute mute = new Mute()) {
            ClientOptions options =
                    ClientOptions.of("127.0.0.1", mute.port()).withConnectTimeout(Duration.ofMinutes(1));
            try (SluiceClient client = SluiceClient.create(options)) {
                CompletableFuture<Subscription> subscribed = client.subscribeAsync("/topic/a");
                client.close(Duration.ofSeconds(30));
                assertThatThrownBy(subscribed::join).hasCauseInstanceOf(ClosedException.class);
            }
        }
    }

    @Test
    void tellsAListenerAndTriesAgainWhereAsked() throws Exception {
        int port = unusedPort();
        List<String> told = new CopyOnWriteArrayList<>();
        ClientOptions options = ClientOptions.of("127.0.0.1", port)
                .withRetryFirst(true)
                .withReconnectPauses(Duration.ofMillis(1), Duration.ofMillis(20))
                .withListener(listener(told));
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<SluiceClient> connected = thread.submit(() -> SluiceClient.connect(options));
            await().until(() -> told.size() >= 5);
            assertThat(told).allMatch(line -> line.startsWith("failed /null Connection refused"));

            try (FakeBroker broker = new FakeBroker(port);
                    FakeBroker.Peer peer = broker.acceptPublisher();
                    SluiceClient client = connected.get(20, TimeUnit.SECONDS)) {
                await().until(() -> told.contains("connected /null first"));
                client.closeAsync(Duration.ofSeconds(5));
                peer.expectGoodbye();
                peer.close();
            }
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void aSubscriptionThatCannotConnectSaysSo() throws Exception {
        try (SluiceClient client = SluiceClient.create(ClientOptions.of("127.0.0.1", unusedPort()))) {
            assertThatThrownBy(() -> client.subscribe("/topic/a", message -> {}))
                    .isInstanceOf(CannotConnectException.class)
                    .hasMessageContaining("refused");
        }
    }

    @Test
    void refusesNamesThatNoBrokerTakes() throws Exception {
        try (SluiceClient client = SluiceClient.create(ClientOptions.of("127.0.0.1", 25_000))) {
            for (String name : List.of("", "/topic/*", "$sys", "a\nb", "x".repeat(1025))) {
                assertThatThrownBy(() -> client.subscribe(name)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> client.tryPublish(name, new byte[0]))
                        .isInstanceOf(IllegalArgumentException.class);
            }
            assertThat(client.counts()).isEqualTo(new PublishCounts(0, 0, 0, 0));
        }
    }

    @Test
    void aListenerThatFailsBreaksNothing() throws Exception {
        ConnectionListener failing = new ConnectionListener() {
            @Override
            public void connected(ConnectionInfo connection, Duration away) {
                throw new IllegalStateException("expected");
            }

            @Override
            public void lost(ConnectionInfo connection, Duration lived, String cause) {
                throw new IllegalStateException("expected");
            }

            @Override
            public void attemptFailed(String destination, String reason, Duration pause) {
                throw new IllegalStateException("expected");
            }
        };
        try (LogCapture link = new LogCapture(Link.class);
                LogCapture netty = new LogCapture("io.netty");
                FakeBroker broker = new FakeBroker();
                SluiceClient client = SluiceClient.create(broker.options().withListener(failing))) {
            CompletableFuture<Subscription> subscribed = client.subscribeAsync("/topic/a");
            FakeBroker.Peer peer = broker.accept("/topic/a");
            Subscription subscription = subscribed.get(20, TimeUnit.SECONDS);
            peer.send("one");
            assertThat(subscription.receive(Duration.ofSeconds(20)).text()).isEqualTo("one");
            peer.reset();

            try (FakeBroker.Peer again = broker.accept("/topic/a")) {
                again.send("two");
                assertThat(subscription.receive(Duration.ofSeconds(20)).text()).isEqualTo("two");
            }
            assertThat(netty.lines()).isEmpty();
            assertThat(link.lines()).anyMatch(line -> line.contains("listener"));
        }
    }

    private static ConnectionListener listener(List<String> told) {
        return new ConnectionListener() {
            @Override
            public void connected(ConnectionInfo connection, Duration away) {
                told.add("connected " + connection.destination() + (away.isZero() ? " first" : " again"));
            }

            @Override
            public void attemptFailed(String destination, String reason, Duration pause) {
                told.add("failed " + destination + " " + reason);
            }
        };
    }

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** An address where attempts to connect are not answered: whoever listens accepts nobody, and its backlog is full. */
    private static final class Mute implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final List<Socket> filling = new ArrayList<>();

        Mute() throws IOException {
            boolean answered = true;
            while (answered) {
                Socket socket = new Socket();
                filling.add(socket);
                try {
                    socket.connect(server.getLocalSocketAddress(), 200);
                } catch (IOException e) {
                    answered = false;
                }
            }
        }

        int port() {
            return server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
            for (Socket socket : filling) {
                socket.close();
            }
        }
    }
}

package io.sluice.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a client publishes, over one connection: order, bytes, bounds, and what is confirmed in the end. */
@Timeout(60)
@ExtendWith(NothingIsLeft.class)
class PublishingTest {
    private static final String TOPIC = "/topic/a";
    private static final Duration LONG = Duration.ofSeconds(20);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final FakeBroker broker = new FakeBroker();
    private SluiceClient client;
    private FakeBroker.Peer peer;

    @BeforeEach
    void connect() throws Exception {
        connect(broker.options());
    }

    private void connect(ClientOptions options) throws Exception {
        close();
        client = SluiceClient.connect(options);
        peer = broker.acceptPublisher();
    }

    private void close() throws IOException {
        if (client != null) {
            peer.close();
            client.close(Duration.ofMillis(1));
        }
    }

    @AfterEach
    void closeAll() throws IOException {
        close();
        broker.close();
        threads.shutdownNow();
    }

    @Test
    void sendsEachMessageByteForByteInOrder() throws Exception {
        Random random = new Random(Seed.of("PublishingTest"));
        List<String> destinations = List.of("/topic/a", "/queue/b", "/topic/ä€𝄞", "/null");
        List<byte[]> payloads = new ArrayList<>();
        Future<Void> published = threads.submit(() -> {
            for (int i = 0; i < 400; i++) {
                byte[] payload = new byte[i == 7 ? 1_000_000 : random.nextInt(5) * random.nextInt(2_000)];
                random.nextBytes(payload);
                synchronized (payloads) {
                    payloads.add(payload.clone());
                }
                client.publish(destinations.get(i % 4), payload, LONG);
                // It was copied.
                Arrays.fill(payload, (byte) 0);
            }
            return null;
        });
        for (int i = 0; i < 400; i++) {
            byte[] read = peer.readMessage(destinations.get(i % 4));
            synchronized (payloads) {
                assertThat(read).isEqualTo(payloads.get(i));
            }
        }
        published.get(20, TimeUnit.SECONDS);
        assertThat(client.counts()).isEqualTo(new PublishCounts(400, 0, 0, 0));
        assertThat(client.waitingBytes()).isZero();
    }

    @Test
    void goodbyeAndTheEndOfTheStreamConfirm() throws Exception {
        publish(100);
        CompletableFuture<PublishCounts> closed = client.closeAsync(LONG);
        read(100);
        peer.expectGoodbye();
        assertThat(client.counts()).as("not before the end").isEqualTo(new PublishCounts(100, 0, 0, 0));
        assertThat(closed).isNotDone();
        peer.close();

        PublishCounts counts = closed.get(20, TimeUnit.SECONDS);
        assertThat(counts).isEqualTo(new PublishCounts(100, 100, 0, 0)).isEqualTo(client.counts());
        assertThat(counts.allConfirmed()).isTrue();
    }

    @Test
    void aResetAfterGoodbyeLeavesAllInDoubt() throws Exception {
        publish(100);
        CompletableFuture<PublishCounts> closed = client.closeAsync(LONG);
        read(100);
        peer.expectGoodbye();
        peer.reset();

        PublishCounts counts = closed.get(20, TimeUnit.SECONDS);
        assertThat(counts).isEqualTo(new PublishCounts(100, 0, 100, 0));
        assertThat(counts.allConfirmed()).isFalse();
    }

    @Test
    void somethingSentAfterGoodbyeConfirmsNothing() throws Exception {
        publish(100);
        CompletableFuture<PublishCounts> closed = client.closeAsync(LONG);
        read(100);
        peer.expectGoodbye();
        try (LogCapture log = new LogCapture(Link.class)) {
            peer.send("to one that subscribes to nothing");

            assertThat(closed.get(20, TimeUnit.SECONDS)).isEqualTo(new PublishCounts(100, 0, 100, 0));
            assertThat(log.lines()).anyMatch(line -> line.contains("subscribes to nothing"));
        }
    }

    @Test
    void anEndOfTheStreamWithoutGoodbyeConfirmsNothing() throws Exception {
        publish(100);
        read(100);
        try (LogCapture log = new LogCapture(Link.class)) {
            peer.close();
            peer = broker.acceptPublisher();

            assertThat(client.counts()).isEqualTo(new PublishCounts(100, 0, 100, 0));
            assertThat(log.lines()).anyMatch(line -> line.contains("the broker ended the stream"));
        }
    }

    /** The loop is busy with somebody's callback when the stream ends, and closing is asked for. */
    @Test
    void anEndOfTheStreamBeforeGoodbyeConfirmsNothing() throws Exception {
        publish(100);
        read(100);
        CompletableFuture<Subscription> subscribed = client.subscribeAsync(TOPIC);
        FakeBroker.Peer subscriber = broker.accept(TOPIC);
        CompletableFuture<Void> inCallback = new CompletableFuture<>();
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        var unused = subscribed.get(20, TimeUnit.SECONDS).receiveAsync().thenRun(() -> {
            inCallback.complete(null);
            goOn.join();
        });
        subscriber.send("go");
        inCallback.get(20, TimeUnit.SECONDS);
        CompletableFuture<PublishCounts> closed = client.closeAsync(LONG);
        peer.close();
        goOn.complete(null);

        assertThat(closed.get(20, TimeUnit.SECONDS)).isEqualTo(new PublishCounts(100, 0, 100, 0));
        subscriber.close();
    }

    @Test
    void waitsForConfirmationNoLongerThanAsked() throws Exception {
        publish(100);
        read(100);
        long beganNs = System.nanoTime();
        PublishCounts counts = client.close(Duration.ofMillis(200));

        Duration took = Duration.ofNanos(System.nanoTime() - beganNs);
        assertThat(took).isBetween(Duration.ofMillis(200), Duration.ofSeconds(10));
        assertThat(counts).isEqualTo(new PublishCounts(100, 0, 100, 0));
    }

    @Test
    void whatNoConnectionTookBeforeItClosedIsDropped() throws Exception {
        long accepted = publishUntilFull(new byte[10_000]);
        PublishCounts counts = client.close(Duration.ofMillis(100));

        assertThat(counts.confirmed()).isZero();
        assertThat(counts.sent()).isPositive().isEqualTo(counts.inDoubt());
        assertThat(counts.sent() + counts.dropped()).isEqualTo(accepted);
        assertThat(client.waitingBytes()).isZero();
    }

    @Test
    void boundsWhatWaitsForABrokerThatDoesNotRead() throws Exception {
        connect(broker.options().withPublishMaxBytes(300_000));
        long accepted = publishUntilFull(new byte[10_000]);
        assertThat(client.waitingBytes()).isBetween(300_000L, 310_100L);
        assertThat(client.tryPublish(TOPIC, new byte[0])).isEqualTo(PublishResult.DROPPED);
        assertThat(client.tryPublish(TOPIC, new byte[0])).isEqualTo(PublishResult.DROPPED);
        assertThat(client.counts().dropped()).isEqualTo(2);

        assertThatThrownBy(() -> client.publish(TOPIC, new byte[0], Duration.ofMillis(50)))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("127.0.0.1:" + broker.port());
        assertThatThrownBy(() -> client.publish(TOPIC, new byte[0], Duration.ZERO))
                .isInstanceOf(TimeoutException.class);
        assertThat(client.counts().dropped()).isEqualTo(2);

        CompletableFuture<PublishCounts> closed = client.closeAsync(LONG);
        for (long i = 0; i < accepted; i++) {
            assertThat(peer.readMessage(TOPIC)).hasSize(10_000);
        }
        peer.expectGoodbye();
        peer.close();
        assertThat(closed.get(20, TimeUnit.SECONDS)).isEqualTo(new PublishCounts(accepted, accepted, 0, 2));
    }

    @Test
    void aBlockedPublisherCanBeInterrupted() throws Exception {
        long accepted = publishUntilFull(new byte[10_000]);
        Thread[] publishing = new Thread[1];
        Future<?> blocked = threads.submit(() -> {
            publishing[0] = Thread.currentThread();
            assertThatThrownBy(() -> client.publish(TOPIC, new byte[0])).isInstanceOf(InterruptedException.class);
        });
        await().until(() -> publishing[0] != null && publishing[0].getState() == Thread.State.TIMED_WAITING);
        publishing[0].interrupt();
        blocked.get(20, TimeUnit.SECONDS);

        assertThat(client.close(Duration.ofMillis(1)))
                .satisfies(
                        counts -> assertThat(counts.sent() + counts.dropped()).isEqualTo(accepted));
    }

    @Test
    void aBlockedPublisherGoesOnWhenTheBrokerReads() throws Exception {
        long accepted = publishUntilFull(new byte[10_000]);
        CompletableFuture<Void> room = client.whenRoom();
        Future<?> blocked = threads.submit(() -> {
            client.publish(TOPIC, "last".getBytes(UTF_8), LONG);
            return null;
        });
        assertThat(room).isNotDone();
        for (long i = 0; i < accepted; i++) {
            peer.readMessage(TOPIC);
        }
        assertThat(peer.readText(TOPIC)).isEqualTo("last");
        room.get(20, TimeUnit.SECONDS);
        blocked.get(20, TimeUnit.SECONDS);
    }

    @Test
    void closingEndsABlockedPublisher() throws Exception {
        publishUntilFull(new byte[10_000]);
        CompletableFuture<Void> room = client.whenRoom();
        Thread[] publishing = new Thread[1];
        Future<?> blocked = threads.submit(() -> {
            publishing[0] = Thread.currentThread();
            assertThatThrownBy(() -> client.publish(TOPIC, new byte[0])).isInstanceOf(ClosedException.class);
        });
        await().until(() -> publishing[0] != null && publishing[0].getState() == Thread.State.TIMED_WAITING);
        client.closeAsync(Duration.ofMillis(100));

        blocked.get(20, TimeUnit.SECONDS);
        room.get(20, TimeUnit.SECONDS);
    }

    @Test
    void whoIsToldOfRoomPublishesWithoutAThread() throws Exception {
        connect(broker.options().withPublishMaxBytes(10_000));
        int messages = 5_000;
        CompletableFuture<Void> all = new CompletableFuture<>();
        publishFrom(0, messages, all);
        for (int i = 0; i < messages; i++) {
            assertThat(peer.readText(TOPIC)).isEqualTo(i + " ".repeat(200));
        }
        all.get(20, TimeUnit.SECONDS);
        assertThat(client.counts().sent()).isEqualTo(messages);
    }

    private void publishFrom(int first, int end, CompletableFuture<Void> all) {
        for (int i = first; i < end; i++) {
            if (client.tryPublish(TOPIC, (i + " ".repeat(200)).getBytes(UTF_8)) != PublishResult.ACCEPTED) {
                int next = i;
                var unused = client.whenRoom().thenRun(() -> publishFrom(next, end, all));
                return;
            }
        }
        all.complete(null);
    }

    @Test
    void manyThreadsKeepTheirOwnOrder() throws Exception {
        int publishers = 4;
        int each = 5_000;
        List<Future<Void>> running = new ArrayList<>();
        for (int p = 0; p < publishers; p++) {
            String name = "/topic/" + p;
            running.add(threads.submit(() -> {
                for (int i = 0; i < each; i++) {
                    client.publish(name, Integer.toString(i).getBytes(UTF_8), LONG);
                }
                return null;
            }));
        }
        int[] next = new int[publishers];
        for (int i = 0; i < publishers * each; i++) {
            String destination = new String(peer.readFrame(), UTF_8);
            int publisher = destination.charAt(destination.length() - 1) - '0';
            assertThat(new String(peer.readFrame(), UTF_8)).isEqualTo(Integer.toString(next[publisher]++));
        }
        for (Future<Void> thread : running) {
            thread.get(20, TimeUnit.SECONDS);
        }
        assertThat(client.counts().sent()).isEqualTo((long) publishers * each);
    }

    @Test
    void refusesAPayloadThatIsTooLong() throws Exception {
        connect(broker.options().withMaxFrameBytes(10));
        assertThatThrownBy(() -> client.publish(TOPIC, new byte[11]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("11 bytes");
        client.publish(TOPIC, new byte[10]);
        assertThat(peer.readMessage(TOPIC)).hasSize(10);
    }

    @Test
    void deadlinesOfAnyLengthAreTaken() throws Exception {
        client.publish(TOPIC, "one".getBytes(UTF_8), Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(peer.readText(TOPIC)).isEqualTo("one");
        CompletableFuture<PublishCounts> closed = client.closeAsync(Duration.ofSeconds(Long.MAX_VALUE));
        peer.expectGoodbye();
        peer.close();

        assertThat(closed.get(20, TimeUnit.SECONDS).allConfirmed()).isTrue();
        assertThat(client.close(Duration.ofSeconds(Long.MAX_VALUE)).allConfirmed())
                .isTrue();
    }

    private void publish(int messages) throws Exception {
        for (int i = 0; i < messages; i++) {
            client.publish(TOPIC, Integer.toString(i).getBytes(UTF_8));
        }
    }

    private void read(int messages) throws IOException {
        for (int i = 0; i < messages; i++) {
            assertThat(peer.readText(TOPIC)).isEqualTo(Integer.toString(i));
        }
    }

    /** Until neither the connection nor the buffer has taken any for a while; returns how many were taken. */
    private long publishUntilFull(byte[] payload) throws Exception {
        long accepted = 0;
        try {
            while (true) {
                client.whenRoom().get(300, TimeUnit.MILLISECONDS);
                assertThat(client.tryPublish(TOPIC, payload)).isEqualTo(PublishResult.ACCEPTED);
                accepted++;
            }
        } catch (TimeoutException e) {
            return accepted;
        }
    }
}

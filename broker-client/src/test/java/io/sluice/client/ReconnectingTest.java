package io.sluice.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Connections that break: what comes again, what waits, and what is never sent twice. */
@Timeout(60)
@ExtendWith(NothingIsLeft.class)
class ReconnectingTest {
    private static final String TOPIC = "/topic/a";
    private static final Duration LONG = Duration.ofSeconds(20);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private FakeBroker broker = new FakeBroker();
    private LogCapture log;

    @BeforeEach
    void captureLog() {
        log = new LogCapture(Link.class);
    }

    @AfterEach
    void closeAll() throws IOException {
        broker.close();
        threads.shutdownNow();
        log.close();
    }

    @Test
    void whatIsPublishedWhileAwayWaitsAndComesInOrder() throws Exception {
        int port = broker.port();
        List<String> told = new CopyOnWriteArrayList<>();
        try (SluiceClient client = SluiceClient.connect(broker.options().withListener(listener(told)))) {
            FakeBroker.Peer peer = broker.acceptPublisher();
            client.publish(TOPIC, "before".getBytes(UTF_8));
            assertThat(peer.readText(TOPIC)).isEqualTo("before");
            broker.close();
            peer.reset();
            await().until(() -> told.stream().anyMatch(line -> line.startsWith("failed /null")));

            for (int i = 0; i < 1_000; i++) {
                client.publish(TOPIC, Integer.toString(i).getBytes(UTF_8));
            }
            assertThat(client.counts()).isEqualTo(new PublishCounts(1, 0, 1, 0));
            assertThat(client.waitingBytes()).isPositive();

            broker = new FakeBroker(port);
            FakeBroker.Peer again = broker.acceptPublisher();
            for (int i = 0; i < 1_000; i++) {
                assertThat(again.readText(TOPIC)).isEqualTo(Integer.toString(i));
            }
            CompletableFuture<PublishCounts> closed = client.closeAsync(LONG);
            again.expectGoodbye();
            again.close();
            assertThat(closed.get(20, TimeUnit.SECONDS)).isEqualTo(new PublishCounts(1_001, 1_000, 1, 0));
            assertThat(told.get(0)).isEqualTo("connected /null first");
            assertThat(told.get(1)).startsWith("lost /null because ");
            assertThat(told.get(told.size() - 1)).isEqualTo("connected /null again");
        }
    }

    @Test
    void whatIsPublishedBeforeThereIsABrokerWaitsForIt() throws Exception {
        int port = broker.port();
        broker.close();
        List<String> told = new CopyOnWriteArrayList<>();
        try (SluiceClient client = SluiceClient.create(broker.options().withListener(listener(told)))) {
            assertThat(client.tryPublish(TOPIC, "early".getBytes(UTF_8))).isEqualTo(PublishResult.ACCEPTED);
            await().until(() -> told.stream().anyMatch(line -> line.startsWith("failed /null")));
            CompletableFuture<PublishCounts> closed = client.closeAsync(LONG);

            broker = new FakeBroker(port);
            FakeBroker.Peer peer = broker.acceptPublisher();
            assertThat(peer.readText(TOPIC)).isEqualTo("early");
            peer.expectGoodbye();
            peer.close();
            assertThat(closed.get(20, TimeUnit.SECONDS)).isEqualTo(new PublishCounts(1, 1, 0, 0));
        }
    }

    @Test
    void whatIsPublishedAtOnceBeforeClosingIsConfirmed() throws Exception {
        for (int i = 0; i < 20; i++) {
            SluiceClient client = SluiceClient.create(broker.options());
            assertThat(client.tryPublish(TOPIC, "early".getBytes(UTF_8))).isEqualTo(PublishResult.ACCEPTED);
            CompletableFuture<PublishCounts> closed = client.closeAsync(LONG);
            Future<Void> served = threads.submit(() -> {
                FakeBroker.Peer peer = broker.acceptPublisher();
                assertThat(peer.readText(TOPIC)).isEqualTo("early");
                peer.expectGoodbye();
                peer.close();
                return null;
            });
            assertThat(closed.get(20, TimeUnit.SECONDS)).isEqualTo(new PublishCounts(1, 1, 0, 0));
            served.get(20, TimeUnit.SECONDS);
        }
    }

    /** The broker breaks the connection again and again, with much or little on the way. */
    @Test
    void nothingIsSentTwiceAndAllIsAccountedFor() throws Exception {
        Random random = new Random(Seed.of("ReconnectingTest"));
        int breaks = 7;
        AtomicBoolean enough = new AtomicBoolean();
        try (SluiceClient client = SluiceClient.connect(broker.options().withPublishMaxBytes(200_000))) {
            // Until the last connection is there: what is given to one that breaks never comes again.
            Future<Integer> published = threads.submit(() -> {
                int number = 0;
                while (!enough.get()) {
                    number++;
                    client.publish(TOPIC, (number + " ".repeat(200)).getBytes(UTF_8), LONG);
                }
                return number;
            });
            int seen = 0;
            long last = 0;
            for (int i = 0; i < breaks; i++) {
                FakeBroker.Peer peer = broker.acceptPublisher();
                for (int left = random.nextInt(2_000); left > 0; left--) {
                    last = next(peer, last);
                    seen++;
                }
                peer.reset();
            }
            FakeBroker.Peer peer = broker.acceptPublisher();
            last = next(peer, last);
            seen++;
            enough.set(true);
            // It may have to be read before the last one is taken.
            while (!published.isDone() || last < published.get()) {
                last = next(peer, last);
                seen++;
            }
            int messages = published.get();
            CompletableFuture<PublishCounts> closed = client.closeAsync(LONG);
            peer.expectGoodbye();
            peer.close();
            PublishCounts counts = closed.get(20, TimeUnit.SECONDS);
            int lost = messages - seen;
            assertThat(counts.sent()).isEqualTo(messages);
            assertThat(counts.confirmed() + counts.inDoubt()).isEqualTo(messages);
            assertThat(counts.dropped()).isZero();
            assertThat(lost).as("lost").isPositive().isLessThanOrEqualTo((int) counts.inDoubt());
            assertThat(counts.confirmed()).as("confirmed").isLessThanOrEqualTo(seen);
        }
    }

    private static long next(FakeBroker.Peer peer, long last) throws IOException {
        long number = Long.parseLong(peer.readText(TOPIC).strip());
        assertThat(number).as("in order, and not twice").isGreaterThan(last);
        return number;
    }

    @Test
    void aSubscriptionComesBackAndNothingComesTwice() throws Exception {
        try (SluiceClient client = SluiceClient.create(broker.options())) {
            CompletableFuture<Subscription> subscribed = client.subscribeAsync(TOPIC);
            FakeBroker.Peer peer = broker.accept(TOPIC);
            Subscription subscription = subscribed.get(20, TimeUnit.SECONDS);
            peer.send("one", "two");
            // A frame that is cut off: it never comes, and its bytes must not be taken for the next one's.
            peer.sendRaw((byte) 0, (byte) 0, (byte) 0, (byte) 100, (byte) 7);
            peer.close();
            FakeBroker.Peer again = broker.accept(TOPIC);
            again.send("three");

            for (String text : List.of("one", "two", "three")) {
                assertThat(subscription.receive(LONG).text()).isEqualTo(text);
            }
            assertThat(subscription.poll()).isNull();
            again.close();
        }
    }

    /** The subscription's attempts have grown rare when the publishing connection is just about to come back. */
    @Test
    void nothingIsPublishedBeforeTheSubscriptionsAreBack() throws Exception {
        int port = broker.port();
        AtomicLong pauseMs = new AtomicLong();
        AtomicLong backAtNs = new AtomicLong();
        ConnectionListener listener = new ConnectionListener() {
            @Override
            public void connected(ConnectionInfo connection, Duration away) {
                if (connection.destination().equals(TOPIC) && !away.isZero()) {
                    backAtNs.set(System.nanoTime());
                }
            }

            @Override
            public void attemptFailed(String destination, String reason, Duration pause) {
                if (destination.equals(TOPIC)) {
                    pauseMs.set(pause.toMillis());
                }
            }
        };
        ClientOptions options = broker.options()
                .withReconnectPauses(Duration.ofMillis(10), Duration.ofSeconds(1))
                .withListener(listener);
        try (SluiceClient client = SluiceClient.connect(options)) {
            FakeBroker.Peer publisher = broker.acceptPublisher();
            CompletableFuture<Subscription> subscribed = client.subscribeAsync(TOPIC);
            FakeBroker.Peer subscriber = broker.accept(TOPIC);
            subscribed.get(20, TimeUnit.SECONDS);
            broker.close();
            subscriber.reset();
            await().until(() -> pauseMs.get() >= 400);
            publisher.reset();
            broker = new FakeBroker(port);
            client.publish(TOPIC, "after all are back".getBytes(UTF_8));

            FakeBroker.Peer publisherAgain = broker.acceptPublisher();
            Future<Long> firstAtNs = threads.submit(() -> {
                publisherAgain.readText(TOPIC);
                return System.nanoTime();
            });
            FakeBroker.Peer subscriberAgain = broker.accept(TOPIC);
            assertThat(firstAtNs.get(20, TimeUnit.SECONDS) - backAtNs.get())
                    .as("from the subscription's return to the first message, in ns")
                    .isPositive();
            subscriberAgain.close();
            publisherAgain.close();
            client.close(Duration.ofMillis(1));
        }
    }

    @Test
    void aBrokerThatRefusesEachTimeIsAskedLessAndLess() throws Exception {
        List<Duration> pauses = new CopyOnWriteArrayList<>();
        ConnectionListener listener = new ConnectionListener() {
            @Override
            public void attemptFailed(String destination, String reason, Duration pause) {
                pauses.add(pause);
            }
        };
        broker.close();
        ClientOptions options = broker.options()
                .withReconnectPauses(Duration.ofMillis(8), Duration.ofMillis(64))
                .withListener(listener);
        try (SluiceClient client = SluiceClient.create(options)) {
            client.tryPublish(TOPIC, new byte[0]);
            await().until(() -> pauses.size() >= 6);
            long[] full = {8, 16, 32, 64, 64, 64};
            for (int i = 0; i < full.length; i++) {
                assertThat(pauses.get(i).toMillis()).isBetween(full[i] / 2, full[i]);
            }
            client.close(Duration.ofMillis(1));
            assertThat(client.counts()).isEqualTo(new PublishCounts(0, 0, 0, 1));
        }
    }

    @Test
    void allConnectionsComeBack() throws Exception {
        try (SluiceClient client = SluiceClient.connect(broker.options())) {
            broker.acceptPublisher().reset();
            CompletableFuture<Subscription> a = client.subscribeAsync("/topic/a");
            CompletableFuture<Subscription> b = client.subscribeAsync("/queue/b");
            Map<String, FakeBroker.Peer> first = broker.accept(3);
            assertThat(first).containsOnlyKeys("/null", "/topic/a", "/queue/b");
            CompletableFuture.allOf(a, b).get(20, TimeUnit.SECONDS);
            for (FakeBroker.Peer peer : first.values()) {
                peer.reset();
            }
            Map<String, FakeBroker.Peer> again = broker.accept(3);
            assertThat(again).containsOnlyKeys("/null", "/topic/a", "/queue/b");
            again.get("/topic/a").send("one");
            again.get("/queue/b").send("two");
            assertThat(a.get().receive(LONG).text()).isEqualTo("one");
            assertThat(b.get().receive(LONG).text()).isEqualTo("two");
            again.get("/null").close();
            client.close(Duration.ofMillis(1));
        }
    }

    private static ConnectionListener listener(List<String> told) {
        return new ConnectionListener() {
            @Override
            public void connected(ConnectionInfo connection, Duration away) {
                told.add("connected " + connection.destination() + (away.isZero() ? " first" : " again"));
            }

            @Override
            public void lost(ConnectionInfo connection, Duration lived, String cause) {
                told.add("lost " + connection.destination() + " because " + cause);
            }

            @Override
            public void attemptFailed(String destination, String reason, Duration pause) {
                told.add("failed " + destination + " " + reason);
            }
        };
    }
}

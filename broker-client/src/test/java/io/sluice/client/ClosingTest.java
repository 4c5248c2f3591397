package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Closing a client in whatever it is doing, and what it answers afterwards. */
@Timeout(60)
@ExtendWith(NothingIsLeft.class)
class ClosingTest {
    private static final String TOPIC = "/topic/a";
    private static final Duration LONG = Duration.ofSeconds(20);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final FakeBroker broker = new FakeBroker();

    @AfterEach
    void close() throws IOException {
        broker.close();
        threads.shutdownNow();
    }

    @Test
    void oneThatWasNeverUsedClosesAtOnce() {
        SluiceClient client = SluiceClient.create(broker.options());
        assertThat(client.close(LONG)).isEqualTo(new PublishCounts(0, 0, 0, 0));
        client.close();
        assertThat(client.closeAsync(LONG)).isCompletedWithValue(new PublishCounts(0, 0, 0, 0));
    }

    @Test
    void oneThatPausesBetweenAttemptsClosesAtOnce() throws Exception {
        ClientOptions options = broker.options().withReconnectPauses(Duration.ofMinutes(10), Duration.ofMinutes(10));
        try (LogCapture log = new LogCapture(Link.class)) {
            SluiceClient client = SluiceClient.connect(options);
            broker.acceptPublisher().reset();
            await().until(() -> !log.lines().isEmpty());
            assertThat(client.close(Duration.ofMinutes(1)).allConfirmed()).isTrue();
            assertThat(log.lines()).hasSize(1).allMatch(line -> line.contains("connecting again"));
        }
    }

    @Test
    void afterwardsEverythingIsRefusedInOrder() throws Exception {
        SluiceClient client = SluiceClient.create(broker.options());
        CompletableFuture<Subscription> subscribed = client.subscribeAsync(TOPIC);
        FakeBroker.Peer peer = broker.accept(TOPIC);
        Subscription subscription = subscribed.get(20, TimeUnit.SECONDS);
        client.close();
        await().until(() -> NothingIsLeft.threads().isEmpty());

        assertThat(client.tryPublish(TOPIC, new byte[0])).isEqualTo(PublishResult.CLOSED);
        assertThatThrownBy(() -> client.publish(TOPIC, new byte[0])).isInstanceOf(ClosedException.class);
        assertThat(client.whenRoom()).isCompleted();
        assertThatThrownBy(() -> client.subscribe(TOPIC)).isInstanceOf(ClosedException.class);
        assertThatThrownBy(() -> client.subscribe(TOPIC, message -> {})).isInstanceOf(ClosedException.class);
        assertThatThrownBy(() -> client.subscribeAsync(TOPIC).join()).hasCauseInstanceOf(ClosedException.class);
        assertThatThrownBy(() -> subscription.receive(LONG)).isInstanceOf(ClosedException.class);
        assertThat(subscription.poll()).isNull();
        subscription.close();
        subscription.goodbye(LONG).get(20, TimeUnit.SECONDS);
        client.close();
        assertThat(client.counts()).isEqualTo(new PublishCounts(0, 0, 0, 0));
        assertThat(peer.readToEnd()).isZero();
    }

    @Test
    void cancellingASubscriptionThatIsBeingMadeEndsIt() throws Exception {
        broker.close();
        try (SluiceClient client = SluiceClient.create(broker.options().withRetryFirst(true))) {
            CompletableFuture<Subscription> subscribed = client.subscribeAsync(TOPIC, message -> {});
            assertThat(subscribed.cancel(false)).isTrue();
            await("no handler is left")
                    .until(() -> NothingIsLeft.threads().stream()
                            .noneMatch(thread -> thread.getName().startsWith("sluice-handler")));
        }
    }

    @Test
    void aSecondCallerGetsTheSameCounts() throws Exception {
        SluiceClient client = SluiceClient.connect(broker.options());
        FakeBroker.Peer peer = broker.acceptPublisher();
        client.publish(TOPIC, new byte[0]);
        CompletableFuture<PublishCounts> first = client.closeAsync(LONG);
        CompletableFuture<PublishCounts> second = client.closeAsync(Duration.ofMillis(1));
        peer.readMessage(TOPIC);
        peer.expectGoodbye();
        peer.close();

        PublishCounts all = new PublishCounts(1, 1, 0, 0);
        assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(all);
        assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(all);
    }

    @Test
    void cancellingTheFutureDoesNotStopClosing() throws Exception {
        SluiceClient client = SluiceClient.connect(broker.options());
        FakeBroker.Peer peer = broker.acceptPublisher();
        client.closeAsync(LONG).cancel(true);
        peer.expectGoodbye();
        peer.close();
        assertThat(client.close(LONG).allConfirmed()).isTrue();
    }

    @Test
    void anInterruptedThreadClosesWithoutWaiting() throws Exception {
        SluiceClient client = SluiceClient.connect(broker.options());
        FakeBroker.Peer peer = broker.acceptPublisher();
        Thread.currentThread().interrupt();
        client.close(Duration.ofMinutes(1));
        assertThat(Thread.interrupted()).isTrue();
        peer.expectGoodbye();
        peer.close();
    }

    @Test
    void saysGoodbyeToPublishAfterHandlersHaveEnded() throws Exception {
        SluiceClient client = SluiceClient.connect(broker.options());
        FakeBroker.Peer publisher = broker.acceptPublisher();
        CompletableFuture<Subscription> subscribed =
                client.subscribeAsync(TOPIC, message -> client.tryPublish("/topic/answer", message.payload()));
        FakeBroker.Peer subscriber = broker.accept(TOPIC);
        subscribed.get(20, TimeUnit.SECONDS);
        CompletableFuture<PublishCounts> closed = client.closeAsync(LONG);
        subscriber.expectGoodbye();
        subscriber.send("question");
        subscriber.close();

        assertThat(publisher.readText("/topic/answer")).isEqualTo("question");
        publisher.expectGoodbye();
        publisher.close();
        assertThat(closed.get(20, TimeUnit.SECONDS)).isEqualTo(new PublishCounts(1, 1, 0, 0));
    }

    /** Publishers run while the client is closed: what was accepted is in the counts, each exactly once. */
    @Test
    void countsWhatWasAcceptedWhileItClosed() throws Exception {
        Random random = new Random(Seed.of("ClosingTest"));
        for (int round = 0; round < 30; round++) {
            SluiceClient client = SluiceClient.create(broker.options().withPublishMaxBytes(100_000));
            AtomicLong accepted = new AtomicLong();
            AtomicLong dropped = new AtomicLong();
            List<Future<Void>> publishers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                publishers.add(threads.submit(() -> {
                    PublishResult result = PublishResult.ACCEPTED;
                    while (result != PublishResult.CLOSED) {
                        result = client.tryPublish(TOPIC, new byte[100]);
                        switch (result) {
                            case ACCEPTED -> accepted.incrementAndGet();
                            case DROPPED -> dropped.incrementAndGet();
                            case CLOSED -> {}
                        }
                    }
                    return null;
                }));
            }
            FakeBroker.Peer peer = broker.acceptPublisher();
            boolean reads = random.nextBoolean();
            Future<Long> read = threads.submit(() -> reads ? peer.readToEnd() : 0L);
            long enough = random.nextInt(3_000);
            await().pollInterval(Duration.ofMillis(1)).until(() -> accepted.get() >= Math.min(enough, 900));
            PublishCounts counts = client.close(Duration.ofMillis(random.nextInt(20)));
            for (Future<Void> publisher : publishers) {
                publisher.get(20, TimeUnit.SECONDS);
            }
            assertThat(client.counts()).as("exact when closed").isEqualTo(counts);
            assertThat(counts.sent() + counts.dropped()).isEqualTo(accepted.get() + dropped.get());
            assertThat(counts.confirmed()).as("nobody confirmed").isZero();
            assertThat(counts.inDoubt()).isEqualTo(counts.sent());
            peer.close();
            read.get(20, TimeUnit.SECONDS);
        }
    }
}

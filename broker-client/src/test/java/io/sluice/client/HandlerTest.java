package io.sluice.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Subscriptions with a handler: order, failures, what a handler may do, and how it ends. */
@Timeout(60)
@ExtendWith(NothingIsLeft.class)
class HandlerTest {
    private static final String TOPIC = "/topic/a";
    private static final Duration LONG = Duration.ofSeconds(20);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final FakeBroker broker = new FakeBroker();
    private final SluiceClient client = SluiceClient.create(broker.options());
    private FakeBroker.Peer peer;

    private Subscription subscribe(MessageHandler handler) throws Exception {
        CompletableFuture<Subscription> subscribed = client.subscribeAsync(TOPIC, handler);
        peer = broker.accept(TOPIC);
        return subscribed.get(20, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws IOException {
        client.close(Duration.ofMillis(1));
        broker.close();
        threads.shutdownNow();
    }

    @Test
    void getsEachMessageInOrderOnOneThread() throws Exception {
        List<String> texts = new CopyOnWriteArrayList<>();
        Set<Thread> on = ConcurrentHashMap.newKeySet();
        subscribe(message -> {
            on.add(Thread.currentThread());
            texts.add(message.text());
        });
        List<String> numbers =
                IntStream.range(0, 3_000).mapToObj(Integer::toString).toList();
        peer.send(numbers.toArray(String[]::new));

        await().atMost(LONG).until(() -> texts.size() == numbers.size());
        assertThat(texts).isEqualTo(numbers);
        assertThat(on).hasSize(1);
    }

    @Test
    void goesOnAfterAFailureWhichIsLoggedAndCounted() throws Exception {
        List<String> texts = new CopyOnWriteArrayList<>();
        try (LogCapture log = new LogCapture(HandlerThread.class)) {
            Subscription subscription = subscribe(message -> {
                switch (message.text()) {
                    case "exception" -> throw new IOException("expected");
                    case "error" -> throw new AssertionError("expected");
                    case "interrupted" -> throw new InterruptedException("expected");
                    case "interrupt" -> Thread.currentThread().interrupt();
                    default -> texts.add(message.text());
                }
            });
            peer.send("exception", "one", "error", "two", "interrupted", "three", "interrupt", "four");

            await().atMost(LONG).until(() -> texts.contains("four"));
            assertThat(texts).containsExactly("one", "two", "three", "four");
            assertThat(subscription.handlerFailures()).isEqualTo(3);
            assertThat(log.lines()).hasSize(1).allMatch(line -> line.startsWith("ERROR") && line.contains(TOPIC));
        }
    }

    @Test
    void refusesCallsThatMayBlock() throws Exception {
        CompletableFuture<Subscription> other = client.subscribeAsync("/topic/other");
        FakeBroker.Peer otherPeer = broker.accept("/topic/other");
        Subscription otherSubscription = other.get(20, TimeUnit.SECONDS);
        List<Class<?>> failures = new CopyOnWriteArrayList<>();
        CountDownLatch done = new CountDownLatch(1);
        subscribe(message -> {
            ReceivingTest.blockingCalls(client, otherSubscription)
                    .forEach(call -> failures.add(ReceivingTest.failureOf(call)));
            failures.add(ReceivingTest.failureOf(() -> SluiceClient.connect(broker.options())));
            done.countDown();
        });
        peer.send("one");

        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(failures).hasSize(5).containsOnly(IllegalStateException.class);
        otherPeer.close();
    }

    @Test
    void mayPublishMuchMoreThanThereIsRoomFor() throws Exception {
        CompletableFuture<Integer> dropped = new CompletableFuture<>();
        subscribe(message -> {
            int droppedNow = 0;
            for (int i = 0; i < 10_000; i++) {
                if (client.tryPublish(TOPIC, new byte[10_000]) == PublishResult.DROPPED) {
                    droppedNow++;
                }
            }
            dropped.complete(droppedNow);
        });
        peer.send("go");

        int droppedInAll = dropped.get(20, TimeUnit.SECONDS);
        assertThat(droppedInAll).isPositive();
        try (FakeBroker.Peer publisher = broker.acceptPublisher()) {
            for (int i = 0; i < 10_000 - droppedInAll; i++) {
                assertThat(publisher.readMessage(TOPIC)).hasSize(10_000);
            }
        }
        assertThat(client.counts().dropped()).isEqualTo(droppedInAll);
    }

    @Test
    void aSlowOneBoundsWhatWaits() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger handled = new AtomicInteger();
        Subscription subscription = subscribe(message -> {
            goOn.await();
            handled.incrementAndGet();
        });
        AtomicInteger sent = new AtomicInteger();
        threads.submit(() -> {
            for (int i = 0; i < 20_000; i++) {
                peer.send(new byte[1_000]);
                sent.incrementAndGet();
            }
            return null;
        });
        await().until(() -> subscription.waitingMessages() >= 1_000);
        await().during(Duration.ofMillis(200)).atMost(LONG).until(() -> subscription.waitingMessages() <= 1_070);
        assertThat(sent.get()).isLessThan(20_000);
        goOn.countDown();
        await().atMost(LONG).until(() -> handled.get() == 20_000);
    }

    @Test
    void goodbyeWaitsUntilAllIsHandled() throws Exception {
        List<String> texts = new CopyOnWriteArrayList<>();
        CountDownLatch goOn = new CountDownLatch(1);
        Subscription subscription = subscribe(message -> {
            goOn.await();
            texts.add(message.text());
        });
        peer.send("one");
        CompletableFuture<Void> ended = subscription.goodbye(LONG);
        peer.expectGoodbye();
        peer.send("two", "three");
        peer.close();
        assertThat(ended).isNotDone();
        goOn.countDown();

        ended.get(20, TimeUnit.SECONDS);
        assertThat(texts).containsExactly("one", "two", "three");
    }

    @Test
    void closeSaysGoodbyeAndWaits() throws Exception {
        List<String> texts = new CopyOnWriteArrayList<>();
        Subscription subscription = subscribe(message -> texts.add(message.text()));
        threads.submit(() -> {
            peer.expectGoodbye();
            peer.send("last");
            peer.close();
            return null;
        });
        subscription.close();
        assertThat(texts).containsExactly("last");
        subscription.close();
    }

    @Test
    void mayCloseItsSubscriptionAndItsClient() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        Subscription[] itself = new Subscription[1];
        itself[0] = subscribe(message -> {
            await().until(() -> itself[0] != null);
            itself[0].close();
            client.close();
            closed.countDown();
        });
        peer.send("close");
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
        peer.expectGoodbye();
        peer.close();
    }

    @Test
    void aHandlerLeavesNothingToReceive() throws Exception {
        Subscription subscription = subscribe(message -> {});
        assertThatThrownBy(subscription::poll).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(subscription::receiveAsync).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> subscription.receive(LONG)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> subscription.messages(LONG).iterator().hasNext())
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void oneThatIsStuckDoesNotHoldUpClosing() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        List<String> texts = new CopyOnWriteArrayList<>();
        List<Throwable> uncaught = new CopyOnWriteArrayList<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
        try {
            Subscription subscription = subscribe(message -> {
                stuck.countDown();
                goOn.await();
                texts.add(message.text());
            });
            peer.send("one", "two");
            client.tryPublish(TOPIC, "published".getBytes(UTF_8));
            FakeBroker.Peer publisher = broker.acceptPublisher();
            assertThat(stuck.await(20, TimeUnit.SECONDS)).isTrue();
            threads.submit(() -> {
                assertThat(publisher.readText(TOPIC)).isEqualTo("published");
                publisher.expectGoodbye();
                publisher.close();
                return null;
            });
            long beganNs = System.nanoTime();
            PublishCounts counts = client.close(Duration.ofSeconds(1));

            assertThat(Duration.ofNanos(System.nanoTime() - beganNs)).isLessThan(Duration.ofSeconds(10));
            assertThat(counts).as("a stuck handler costs no confirmation").isEqualTo(new PublishCounts(1, 1, 0, 0));
            goOn.countDown();
            await().until(() -> NothingIsLeft.threads().isEmpty());
            assertThat(texts).as("no more than the message it had").containsExactly("one");
            assertThat(uncaught).isEmpty();
            subscription.close();
        } finally {
            goOn.countDown();
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }
}

package io.sluice.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a subscription without a handler receives: by threads, futures and loops, and no more than its bounds. */
@Timeout(60)
@ExtendWith(NothingIsLeft.class)
class ReceivingTest {
    private static final String QUEUE = "/queue/a";
    private static final Duration LONG = Duration.ofSeconds(20);
    /** More than a read brings. */
    private static final int READ_BYTES = 64 * 1024;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final FakeBroker broker = new FakeBroker();
    private SluiceClient client;
    private FakeBroker.Peer peer;
    private Subscription subscription;

    @BeforeEach
    void subscribe() throws Exception {
        client = SluiceClient.create(broker.options());
        CompletableFuture<Subscription> subscribed = client.subscribeAsync(QUEUE);
        peer = broker.accept(QUEUE);
        subscription = subscribed.get(20, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws IOException {
        client.close(Duration.ofMillis(1));
        peer.close();
        broker.close();
        threads.shutdownNow();
    }

    @Test
    void receivesMessagesOfAllSizesHoweverTheyAreCut() throws Exception {
        Random random = new Random(Seed.of("ReceivingTest"));
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            byte[] payload = new byte[i == 50 ? 1_000_000 : random.nextInt(4) * random.nextInt(1_000)];
            random.nextBytes(payload);
            sent.add(payload);
        }
        Future<Void> sending = threads.submit(() -> {
            for (byte[] payload : sent) {
                peer.send(payload);
            }
            return null;
        });
        for (byte[] payload : sent) {
            Message message = subscription.receive(LONG);
            assertThat(message.payload()).isEqualTo(payload);
            assertThat(message.destination()).isEqualTo(QUEUE);
        }
        sending.get(20, TimeUnit.SECONDS);
    }

    @Test
    void stopsReadingAtTheBoundInMessagesAndGoesOn() throws Exception {
        checkBound(100, 1_000 + READ_BYTES / 104, 150_000);
    }

    @Test
    void stopsReadingAtTheBoundInBytesAndGoesOn() throws Exception {
        checkBound(10_000, (1024 * 1024 + READ_BYTES) / 10_000 + 1, 1_500);
    }

    private void checkBound(int payloadBytes, int most, int messages) throws Exception {
        AtomicInteger sent = new AtomicInteger();
        Future<Void> sending = threads.submit(() -> {
            for (int i = 0; i < messages; i++) {
                String number = Integer.toString(i);
                peer.send(number + " ".repeat(payloadBytes - number.length()));
                sent.incrementAndGet();
            }
            return null;
        });
        awaitStanding(sent);
        assertThat(sending).isNotDone();
        int waiting = subscription.waitingMessages();
        assertThat(waiting).isGreaterThan(100).isLessThanOrEqualTo(most);

        // More than half of the bound is taken: it reads on, to the bound.
        int taken = waiting * 3 / 4;
        for (int i = 0; i < taken; i++) {
            assertThat(subscription.receive(LONG).text().strip()).isEqualTo(Integer.toString(i));
        }
        await("it reads on").until(() -> subscription.waitingMessages() > waiting / 2);
        awaitStanding(sent);
        assertThat(subscription.waitingMessages()).isLessThanOrEqualTo(most);

        for (int i = taken; i < messages; i++) {
            assertThat(subscription.receive(LONG).text().strip()).isEqualTo(Integer.toString(i));
            if (i % 100 == 0) {
                assertThat(subscription.waitingMessages()).isLessThanOrEqualTo(most);
            }
        }
        sending.get(20, TimeUnit.SECONDS);
    }

    /** Until nothing moves for a while: the sockets are full. */
    private static void awaitStanding(AtomicInteger sent) {
        await().until(() -> {
            int before = sent.get();
            await().pollDelay(Duration.ofMillis(150)).until(() -> true);
            return before > 0 && sent.get() == before;
        });
    }

    @Test
    void threadsAndFuturesShareOneStream() throws Exception {
        int messages = 20_000;
        ConcurrentHashMap<Integer, Boolean> seen = new ConcurrentHashMap<>();
        AtomicLong twice = new AtomicLong();
        AtomicLong[] each =
                IntStream.range(0, 5).mapToObj(i -> new AtomicLong()).toArray(AtomicLong[]::new);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            AtomicLong count = each[i];
            running.add(threads.submit(() -> {
                try {
                    while (true) {
                        see(subscription.receive(LONG), seen, twice, count);
                    }
                } catch (ClosedException e) {
                    return null;
                }
            }));
        }
        running.add(threads.submit(() -> {
            for (Message message : subscription.messages(LONG)) {
                see(message, seen, twice, each[2]);
            }
        }));
        running.add(threads.submit(() -> {
            while (seen.size() < messages) {
                Message message = subscription.poll();
                if (message == null) {
                    LockSupport.parkNanos(1_000);
                } else {
                    see(message, seen, twice, each[3]);
                }
            }
        }));
        CompletableFuture<Void> end = new CompletableFuture<>();
        receiveEach(seen, twice, each[4], end);

        for (int i = 0; i < messages; i++) {
            peer.send(Integer.toString(i));
        }
        await().atMost(LONG).until(() -> seen.size() == messages);
        assertThat(twice).as("received twice").hasValue(0);
        // Threads compete, and one may be unlucky all the time.
        assertThat(each[4]).as("received by futures").hasPositiveValue();
        assertThat(each[0].get() + each[1].get() + each[2].get() + each[3].get())
                .as("received by threads")
                .isPositive();
        subscription.close();
        end.get(20, TimeUnit.SECONDS);
        for (Future<?> thread : running) {
            thread.get(20, TimeUnit.SECONDS);
        }
    }

    private void receiveEach(
            ConcurrentHashMap<Integer, Boolean> seen, AtomicLong twice, AtomicLong count, CompletableFuture<Void> end) {
        var unused = subscription
                .receiveAsync()
                .whenCompleteAsync(
                        (message, failure) -> {
                            if (failure == null) {
                                see(message, seen, twice, count);
                                receiveEach(seen, twice, count, end);
                            } else {
                                end.complete(null);
                            }
                        },
                        threads);
    }

    private static void see(
            Message message, ConcurrentHashMap<Integer, Boolean> seen, AtomicLong twice, AtomicLong count) {
        if (seen.put(Integer.parseInt(message.text()), true) != null) {
            twice.incrementAndGet();
        }
        count.incrementAndGet();
    }

    @Test
    void whoGaveUpHasTakenNothing() throws Exception {
        assertThatThrownBy(() -> subscription.receive(Duration.ofMillis(20)))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("20 ms");
        subscription.receiveAsync().cancel(false);
        CompletableFuture<Message> late = subscription.receiveAsync().orTimeout(1, TimeUnit.MILLISECONDS);
        await().until(late::isDone);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> subscription.receive(LONG)).isInstanceOf(InterruptedException.class);

        peer.send("one");
        assertThat(subscription.receive(LONG).text()).isEqualTo("one");
    }

    @Test
    void aLoopEndsWhenNothingComesAndWhenItIsInterrupted() throws Exception {
        peer.send("one", "two");
        List<String> texts = new ArrayList<>();
        for (Message message : subscription.messages(Duration.ofMillis(300))) {
            texts.add(message.text());
        }
        assertThat(texts).containsExactly("one", "two");

        Thread.currentThread().interrupt();
        assertThat(subscription.messages(LONG)).isEmpty();
        assertThat(Thread.interrupted()).isTrue();
        assertThatThrownBy(() ->
                        subscription.messages(Duration.ofMillis(1)).iterator().next())
                .isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void goodbyeBringsWhatTheBrokerStillHolds() throws Exception {
        peer.send("one");
        CompletableFuture<Void> ended = subscription.goodbye(LONG);
        peer.expectGoodbye();
        assertThat(ended).isNotDone();
        peer.send("two", "three");
        peer.close();

        ended.get(20, TimeUnit.SECONDS);
        List<String> texts = new ArrayList<>();
        for (Message message : subscription.messages(LONG)) {
            texts.add(message.text());
        }
        assertThat(texts).containsExactly("one", "two", "three");
        assertThatThrownBy(() -> subscription.receive(LONG))
                .isInstanceOf(ClosedException.class)
                .hasMessageContaining(QUEUE);
        assertThatThrownBy(() -> subscription.receiveAsync().join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(ClosedException.class);
    }

    @Test
    void goodbyeEndsInTimeWhereTheBrokerDoesNot() throws Exception {
        CompletableFuture<Void> ended = subscription.goodbye(Duration.ofMillis(50));
        ended.get(10, TimeUnit.SECONDS);
        peer.expectGoodbye();
        assertThat(peer.readToEnd()).isZero();
    }

    @Test
    void closeEndsAtOnceAndWithoutGoodbye() throws Exception {
        peer.send("one");
        await().until(() -> subscription.waitingMessages() == 1);
        subscription.close();
        subscription.close();

        assertThat(peer.readToEnd()).isZero();
        assertThatThrownBy(() -> subscription.receive(LONG)).isInstanceOf(ClosedException.class);
    }

    /** Filled to the bound, ended, and its client closed: nobody is left to be told that half of it is free again. */
    @Test
    void aFullSubscriptionCanBeEmptiedAfterTheClientClosed() throws Exception {
        String filler = " ".repeat(5_000);
        threads.submit(() -> {
            for (int i = 0; i < 10_000; i++) {
                peer.send(i + filler);
            }
            return null;
        });
        // 1 MiB of such messages.
        await().until(() -> subscription.waitingMessages() >= 210);
        subscription.goodbye(Duration.ofMillis(50)).get(20, TimeUnit.SECONDS);
        client.close();

        int taken = 0;
        for (Message message : subscription.messages(LONG)) {
            assertThat(message.text().strip()).isEqualTo(Integer.toString(taken++));
        }
        assertThat(taken).isGreaterThanOrEqualTo(210);
        assertThatThrownBy(() -> subscription.receive(LONG)).isInstanceOf(ClosedException.class);
        subscription.close();
        subscription.goodbye(LONG).get(20, TimeUnit.SECONDS);
    }

    @Test
    void refusesAFrameThatIsTooLongAndConnectsAgain() throws Exception {
        try (LogCapture log = new LogCapture(Link.class)) {
            peer.sendRaw((byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 1);
            FakeBroker.Peer again = broker.accept(QUEUE);
            assertThat(peer.readToEnd()).isZero();
            again.send("one");
            assertThat(subscription.receive(LONG).text()).isEqualTo("one");
            assertThat(log.lines())
                    .anyMatch(line -> line.contains("4294967295 bytes") && line.contains("16777215 are allowed"));
            client.close(Duration.ofMillis(1));
            again.close();
        }
    }

    @Test
    void anAnnouncedLengthCostsNoMemory() throws Exception {
        // Of the longest frame, no byte follows.
        peer.sendRaw((byte) 0, (byte) 0xff, (byte) 0xff, (byte) 0xff);
        // Kept, as a socket that nobody refers to is closed.
        List<FakeBroker.Peer> peers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            CompletableFuture<Subscription> subscribed = client.subscribeAsync(QUEUE);
            FakeBroker.Peer more = broker.accept(QUEUE);
            subscribed.get(20, TimeUnit.SECONDS);
            peers.add(more);
            // 40 of them are more than this process may have.
            more.sendRaw((byte) 0, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 1);
        }
        peer.sendRaw(new byte[100]);
        CompletableFuture<Subscription> last = client.subscribeAsync("/topic/last");
        FakeBroker.Peer lastPeer = broker.accept("/topic/last");
        lastPeer.send("fine");
        assertThat(last.get(20, TimeUnit.SECONDS).receive(LONG).text()).isEqualTo("fine");
        assertThat(peers).hasSize(40);
    }

    @Test
    void receivesOnTheEventLoopWithoutBlockingIt() throws Exception {
        List<Class<?>> refusals = new ArrayList<>();
        CompletableFuture<Void> done = subscription.receiveAsync().thenAccept(message -> {
            for (Blocked call : blockingCalls(client, subscription)) {
                refusals.add(failureOf(call));
            }
            assertThat(client.tryPublish(QUEUE, message.payload())).isEqualTo(PublishResult.ACCEPTED);
        });
        peer.send("one");
        done.get(20, TimeUnit.SECONDS);
        assertThat(refusals).hasSize(4).containsOnly(IllegalStateException.class);
        try (FakeBroker.Peer publisher = broker.acceptPublisher()) {
            assertThat(publisher.readMessage(QUEUE)).isEqualTo("one".getBytes(UTF_8));
        }
    }

    interface Blocked {
        void call() throws Exception;
    }

    static List<Blocked> blockingCalls(SluiceClient client, Subscription subscription) {
        return List.of(
                () -> client.publish("/topic/x", new byte[0]),
                () -> client.subscribe("/topic/x"),
                () -> client.subscribe("/topic/x", message -> {}),
                () -> subscription.receive(Duration.ofSeconds(1)));
    }

    static Class<?> failureOf(Blocked call) {
        try {
            call.call();
            return Void.class;
        } catch (Exception e) {
            return e.getClass();
        }
    }
}

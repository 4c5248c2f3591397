package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.server.Broker;
import io.sluice.broker.server.BrokerSnapshot;
import io.sluice.broker.server.DrainPlan;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import plainsocket.PlainClient;

/**
 * A broker that is drained while a thousand clients work: publishers that go on for a while, subscribers of topics and of
 * queues, some slower than what comes. It runs in this JVM, its clients over sockets.
 */
class LameDuckIT {
    private static final int TOPICS = 10;
    private static final int SUBSCRIBERS_OF_A_TOPIC = 90;
    private static final int PUBLISHERS_OF_A_TOPIC = 4;
    private static final int QUEUES = 5;
    private static final int SUBSCRIBERS_OF_A_QUEUE = 10;
    private static final int PUBLISHERS_OF_A_QUEUE = 2;

    private static final int TOPIC_BYTES = 200;
    private static final int TOPIC_BURST = 200;

    /** More than fits into the kernel: what waits in a queue takes its subscribers some seconds. */
    private static final int QUEUE_BYTES = 4 * 1024;

    private static final int QUEUE_BURST = 4000;
    private static final long QUEUE_BYTES_A_SECOND = 200_000;

    /** One of each topic reads no faster. */
    private static final long SLOW_BYTES_A_SECOND = 100_000;

    private static final long LEAVE_OVER_MS = 3_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final List<AutoCloseable> toClose = new ArrayList<>();
    private final Broker broker = Broker.start(BrokerConfig.defaults()
            .with(Map.of(
                    "listen.port", "0",
                    "transport.event-loops", "2",
                    "transport.send-buffer", "16 KiB",
                    "connections.max", "2000",
                    // So that most of a queue waits in it, and not at its subscribers.
                    "queues.window-messages", "100")));
    private final List<Publishing> publishers = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        broker.close();
        for (AutoCloseable each : toClose) {
            each.close();
        }
    }

    @Test
    void nobodyLosesAMessageItWasOwed() throws Exception {
        Map<String, List<NumberedReader>> ofTopics = new HashMap<>();
        Map<String, List<NumberedReader>> ofQueues = new HashMap<>();
        Map<String, Set<Long>> takenFromQueues = new HashMap<>();
        for (int i = 0; i < TOPICS; i++) {
            String topic = "/topic/lame-duck/" + i;
            ofTopics.put(topic, new ArrayList<>());
            for (int s = 0; s < SUBSCRIBERS_OF_A_TOPIC; s++) {
                ofTopics.get(topic)
                        .add(reader(topic, new InOrderOfEach(), s == 0 ? SLOW_BYTES_A_SECOND : Long.MAX_VALUE));
            }
        }
        for (int i = 0; i < QUEUES; i++) {
            String queue = "/queue/lame-duck/" + i;
            Set<Long> taken = ConcurrentHashMap.newKeySet();
            takenFromQueues.put(queue, taken);
            ofQueues.put(queue, new ArrayList<>());
            for (int s = 0; s < SUBSCRIBERS_OF_A_QUEUE; s++) {
                ofQueues.get(queue).add(reader(queue, number -> takeOnce(taken, number), QUEUE_BYTES_A_SECOND));
            }
        }
        int subscribers = TOPICS * SUBSCRIBERS_OF_A_TOPIC + QUEUES * SUBSCRIBERS_OF_A_QUEUE;
        await().atMost(TIMEOUT).until(() -> broker.counters().subscribers().size() == subscribers);
        ofTopics.keySet().forEach(topic -> publish(topic, PUBLISHERS_OF_A_TOPIC, TOPIC_BURST, TOPIC_BYTES));
        ofQueues.keySet().forEach(queue -> publish(queue, PUBLISHERS_OF_A_QUEUE, QUEUE_BURST, QUEUE_BYTES));
        await().atMost(TIMEOUT).until(() -> broker.counters().openConnections() == 1000);
        await().atMost(TIMEOUT).until(() -> publishers.stream().allMatch(each -> each.published > 20));

        long beganNs = System.nanoTime();
        CompletableFuture<Void> drained =
                broker.drain(new DrainPlan(LEAVE_OVER_MS, 60_000)).toCompletableFuture();
        publishers.forEach(each -> each.bursts = true);
        await().atMost(TIMEOUT).until(this::refusesConnections);
        publishers.forEach(each -> each.stopping = true);
        for (Publishing publisher : publishers) {
            publisher.expectReset();
        }
        BrokerSnapshot afterPublishers = broker.counters();
        System.out.printf(
                "publishers were let go after %d ms; then %d messages waited in queues%n",
                elapsedMs(beganNs), afterPublishers.waitingMessages());
        assertThat(afterPublishers.subscribers())
                .as("subscribers leave after the publishers")
                .hasSizeGreaterThan(subscribers * 9 / 10);

        await().pollInterval(Duration.ofMillis(20)).atMost(TIMEOUT).until(() -> subscribed() < subscribers);
        long firstLeftNs = System.nanoTime();
        drained.get(120, TimeUnit.SECONDS);
        System.out.printf("all were let go after %d ms%n", elapsedMs(beganNs));
        assertThat(elapsedMs(firstLeftNs)).as("spread over").isGreaterThan(LEAVE_OVER_MS * 8 / 10);
        broker.close();

        ofTopics.forEach((topic, readers) -> readers.forEach(each -> expectAll(each, published(topic))));
        ofQueues.forEach((queue, readers) -> {
            readers.forEach(LameDuckIT::expectEnd);
            assertThat(takenFromQueues.get(queue)).as(queue).hasSize((int) published(queue));
        });
        BrokerSnapshot last = broker.counters();
        long dropped = last.totals().droppedMessages().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        assertThat(dropped).as("dropped").isZero();
        assertThat(last.totals().messagesIn())
                .isEqualTo(publishers.stream().mapToLong(each -> each.published).sum());
        assertThat(last.openConnections()).isZero();
        assertThat(last.pinnedBytes()).isZero();
    }

    /** The same through the admin API, to the end of the process. */
    @Test
    void theDaemonIsNotReadyWhileItDrainsAndEndsWithZero() throws Exception {
        Path token = BrokerProcess.module().resolve("target").resolve("lame-duck-token");
        Files.deleteIfExists(token);
        try (BrokerProcess daemon = BrokerProcess.start("lame-duck", "--set=admin.token-file=" + token);
                NumberedReader reader = new NumberedReader(
                        daemon.port(), "/queue/lame-duck", NumberedReader.consecutiveFrom(0), 1_000_000)) {
            AdminClient admin = new AdminClient(daemon);
            assertThat(admin.get("/readyz").statusCode()).isEqualTo(200);
            NumberedMessages.publishSettled(daemon.port(), "/queue/lame-duck", 0, 1000, QUEUE_BYTES);
            assertThat(admin.post("/api/v1/drain", "{\"leave_over_ms\": 500}", token)
                            .statusCode())
                    .isEqualTo(202);
            assertThat(admin.get("/readyz").statusCode()).isEqualTo(503);
            assertThat(daemon.awaitExit(TIMEOUT)).as(daemon.lastOutput()).isZero();
            expectAll(reader, 1000);
            assertThat(BrokerLog.of(daemon).alarms()).isEmpty();
        }
    }

    private long published(String destination) {
        return publishers.stream()
                .filter(each -> each.destination.equals(destination))
                .mapToLong(each -> each.published)
                .sum();
    }

    private int subscribed() {
        return broker.counters().subscribers().size();
    }

    private static void expectAll(NumberedReader reader, long published) {
        expectEnd(reader);
        assertThat(reader.received()).isEqualTo(published);
    }

    private static void expectEnd(NumberedReader reader) {
        try {
            reader.awaitEnd(30_000);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        assertThat(reader.ending()).isEqualTo(PlainClient.Ending.CLEAN);
    }

    private static void takeOnce(Set<Long> taken, long number) {
        if (!taken.add(number)) {
            throw new AssertionError("message " + number + " came twice");
        }
    }

    private boolean refusesConnections() throws IOException {
        try (PlainClient client = new PlainClient("127.0.0.1", broker.address().getPort())) {
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }

    private static long elapsedMs(long sinceNs) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNs);
    }

    private NumberedReader reader(String destination, LongConsumer numbers, long bytesPerSecond) throws IOException {
        NumberedReader reader = new NumberedReader(broker.address().getPort(), destination, numbers, bytesPerSecond);
        toClose.add(reader);
        return reader;
    }

    private void publish(String destination, int count, int burst, int sizeBytes) {
        for (int i = 0; i < count; i++) {
            publishers.add(new Publishing(publishers.size(), destination, burst, sizeBytes));
        }
    }

    /** Accepts the messages of each publisher in order and without a gap. */
    private static final class InOrderOfEach implements LongConsumer {
        private final Map<Long, Long> next = new HashMap<>();

        @Override
        public void accept(long number) {
            long due = next.merge(number >> 32, 1L, Long::sum) - 1;
            if ((number & 0xffff_ffffL) != due) {
                throw new AssertionError("message " + (number & 0xffff_ffffL) + " came where " + due + " was due");
            }
        }
    }

    /** Publishes some messages a second, then many at once, and then waits for its end. */
    private final class Publishing implements AutoCloseable {
        private final long id;
        private final String destination;
        private final int burst;
        private final int sizeBytes;
        private final PlainClient client;
        private final CompletableFuture<PlainClient.Ending> ending = new CompletableFuture<>();
        private volatile long published;
        private volatile boolean bursts;
        private volatile boolean stopping;

        Publishing(long id, String destination, int burst, int sizeBytes) {
            this.id = id;
            this.destination = destination;
            this.burst = burst;
            this.sizeBytes = sizeBytes;
            try {
                client = new PlainClient("127.0.0.1", broker.address().getPort());
                client.subscribe("/null");
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            toClose.add(this);
            Thread thread = new Thread(this::run, "publisher " + id);
            thread.setDaemon(true);
            thread.start();
        }

        private void run() {
            try {
                while (!bursts) {
                    publish();
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                }
                for (int i = 0; i < burst; i++) {
                    publish();
                }
                while (!stopping) {
                    publish();
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                }
                ending.complete(client.receiveRest(TIMEOUT.toMillis()).ending());
            } catch (IOException e) {
                ending.completeExceptionally(e);
            }
        }

        private void publish() throws IOException {
            long number = published;
            client.publish(destination, NumberedMessages.payload(id << 32 | number, sizeBytes));
            published = number + 1;
        }

        void expectReset() throws Exception {
            assertThat(ending.get(90, TimeUnit.SECONDS)).isEqualTo(PlainClient.Ending.RESET);
        }

        @Override
        public void close() {
            client.close();
        }
    }
}

package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.systemtest.StatsReader.Sample;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import plainsocket.PlainClient;

/** What a subscriber that did not read for a while finds when it does, under each overflow policy; over real sockets. */
class OverflowPolicyIT {
    private static final int BOUND_BYTES = 1024 * 1024;
    private static final int WINDOW_BYTES = 256 * 1024;
    private static final int LARGEST_FRAME_BYTES = 64 * 1024;
    private static final int MAX_MESSAGES = 50;
    private static final long MAX_AGE_MS = 1000;
    private static final int PUSH_BACK_TIMEOUT_S = TestSize.pick(5, 30);

    /** One read and one frame, with what the allocator rounds them up by. */
    private static final int SOFT_BYTES = 256 * 1024;

    /** Some six times the bound. */
    private static final int MESSAGES = 3000;

    /** The first so many fit into the bound, with room to spare, and not into what is handed to the socket at a time. */
    private static final int FITTING = 280;

    private static final String RULES = "--set=delivery.overflow=["
            + "{pattern: /topic/drop-newest, policy: drop-newest, max-bytes: 1 MiB},"
            + "{pattern: /topic/drop-oldest, policy: drop-oldest, max-bytes: 1 MiB},"
            + "{pattern: /topic/latest, policy: latest, max-bytes: 1 MiB},"
            + "{pattern: /topic/disconnect, policy: disconnect, max-bytes: 1 MiB},"
            + "{pattern: /topic/push-back/**, policy: push-back, max-bytes: 1 MiB},"
            + "{pattern: /topic/max-messages, max-messages: " + MAX_MESSAGES + "},"
            + "{pattern: /topic/max-age/drop, max-age: " + MAX_AGE_MS + " ms},"
            + "{pattern: /topic/max-age/disconnect, policy: disconnect, max-age: " + MAX_AGE_MS + " ms},"
            + "{pattern: /queue/drop-newest/*, policy: drop-newest, max-bytes: 1 MiB},"
            + "{pattern: /queue/drop-oldest/*, policy: drop-oldest, max-bytes: 1 MiB},"
            + "{pattern: /queue/latest/*, policy: latest, max-bytes: 1 MiB},"
            + "{pattern: /queue/push-back/*, max-bytes: 1 MiB}]";

    /**
     * So many messages may get in when there was room for a moment: the kernel of a client that does not read takes a
     * little more now and then, when it tidies its buffer.
     */
    private static final int TRICKLED = 20;

    private static final int TRICKLED_BYTES = 64 * 1024;

    /** Of 100 ms each, without a message written: then the subscriber's socket takes no more. */
    private static final int STILL_SAMPLES = 5;

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private static final Map<String, BrokerProcess> BROKERS = new HashMap<>();

    /** One test at a time uses a broker. */
    private static final Map<String, ReentrantLock> TURNS =
            Map.of("epoll", new ReentrantLock(), "nio", new ReentrantLock());

    private final Random random = new Random(TestSize.seed("OverflowPolicyIT"));
    private BrokerProcess broker;
    private StatsReader stats;
    private ReentrantLock turn;

    @BeforeAll
    static void startBrokers() throws IOException, InterruptedException {
        for (String transport : List.of("epoll", "nio")) {
            BROKERS.put(
                    transport,
                    BrokerProcess.start(
                            "overflow-" + transport,
                            "--stats-interval=100ms",
                            "--set=transport.type=" + transport,
                            // So that little fits into the kernel.
                            "--set=transport.send-buffer=16 KiB",
                            "--set=native.max-frame=" + (LARGEST_FRAME_BYTES - 4) + " B",
                            "--set=queues.window-bytes=" + WINDOW_BYTES + " B",
                            "--set=delivery.push-back-timeout=" + PUSH_BACK_TIMEOUT_S + " s",
                            RULES));
        }
    }

    @AfterEach
    void leaveBroker() {
        if (turn != null) {
            turn.unlock();
        }
    }

    @AfterAll
    static void stopBrokers() {
        BROKERS.values().forEach(BrokerProcess::close);
    }

    // ---------------------------------------------------------------- topics

    @ParameterizedTest(name = "over {0}")
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void dropNewestKeepsTheOldest(String transport) throws Exception {
        use(transport);
        try (PlainClient slow = subscribe("/topic/drop-newest")) {
            List<Long> received = receiveAfterOverflow(slow, "/topic/drop-newest");
            assertKeptTheOldest(received);
        }
    }

    @ParameterizedTest(name = "over {0}")
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void dropOldestKeepsTheNewest(String transport) throws Exception {
        use(transport);
        try (PlainClient slow = subscribe("/topic/drop-oldest")) {
            assertKeptTheNewest(receiveAfterOverflow(slow, "/topic/drop-oldest"));
        }
    }

    @ParameterizedTest(name = "over {0}")
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void latestKeepsOneMessageWhileTheSocketIsBlocked(String transport) throws Exception {
        use(transport);
        try (PlainClient slow = subscribe("/topic/latest")) {
            publishUntilBlocked("/topic/latest");
            long written = stats.fresh().subscriberOf("/topic/latest").number("messages_written");
            publishSettled("/topic/latest", FITTING, MESSAGES - 10);
            // Alone in its batch and, in the end, with others: a batch may not hide that only its last is kept.
            publishSettled("/topic/latest", MESSAGES - 10, MESSAGES - 9);
            publishSettled("/topic/latest", MESSAGES - 9, MESSAGES + 1);
            Sample sample = stats.fresh().subscriberOf("/topic/latest");
            List<Long> received = receive(slow, MESSAGES - sample.number("dropped_messages", "overflow"));
            expectNext(slow, "/topic/latest");
            assertThat(received).isSorted().startsWith(1L).endsWith((long) MESSAGES);
            // Each time that the socket takes a batch after all, the one that waited then is on its way.
            boolean trickled = sample.number("messages_written") > written;
            assertThat(received).filteredOn(number -> number >= FITTING).hasSizeBetween(1, trickled ? 1 + TRICKLED : 1);
        }
    }

    @ParameterizedTest(name = "over {0}")
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void disconnectClosesTheSubscriber(String transport) throws Exception {
        use(transport);
        Sample before = stats.fresh();
        try (PlainClient slow = subscribe("/topic/disconnect")) {
            publishSettled("/topic/disconnect", 1, MESSAGES + 1);
            Sample after = stats.await(
                    "closed",
                    sample -> sample.number("closes", "slow-subscriber") > 0
                            && !sample.isSubscribed("/topic/disconnect"));
            assertThat(change(before, after, "closes", "slow-subscriber")).isEqualTo(1);

            List<Long> received = receiveRest(slow);
            assertThat(change(before, after, "messages_written")).isEqualTo(received.size());
            assertThat(change(before, after, "dropped_messages", "overflow")).isPositive();
            assertThat(change(before, after, "dropped_messages", "subscriber-left"))
                    .isPositive();
            assertThat(received.size() + after.sum("dropped_messages") - before.sum("dropped_messages"))
                    .as("received and dropped")
                    .isEqualTo(MESSAGES);
            assertThat(linesWith("slow-subscriber: send queue of c-", "/topic/disconnect"))
                    .hasSize(1);
        }
    }

    @ParameterizedTest(name = "over {0}")
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void pushBackOnATopicStopsThePublisherAndLosesNothing(String transport) throws Exception {
        use(transport);
        String topic = "/topic/push-back/reads-again";
        try (PlainClient slow = subscribe(topic)) {
            CompletableFuture<Void> publisher = publishBeside(topic);
            stats.await("a publisher waits", sample -> sample.number("waiting_publishers") == 1);
            assertThat(publisher).isNotDone();
            // It may have become less since, but not so little that the publisher goes on.
            assertThat(stats.fresh().subscriberOf(topic).number("held_bytes"))
                    .isBetween(BOUND_BYTES / 2L, (long) BOUND_BYTES + SOFT_BYTES);
            assertThat(mostHeld(topic)).isGreaterThanOrEqualTo(BOUND_BYTES - TRICKLED_BYTES);

            assertThat(runs(receive(slow, MESSAGES))).containsExactly(new Run(1, MESSAGES));
            publisher.get(60, TimeUnit.SECONDS);
            expectNext(slow, topic);
            Sample after = stats.fresh();
            assertThat(after.number("waiting_publishers")).isZero();
            assertThat(after.subscriberOf(topic).sum("dropped_messages")).isZero();
        }
    }

    @ParameterizedTest(name = "over {0}")
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void pushBackOnATopicEndsWithTheSubscriberThatBlocksIt(String transport) throws Exception {
        use(transport);
        String topic = "/topic/push-back/never-reads";
        Sample before = stats.fresh();
        try (PlainClient slow = subscribe(topic);
                NumberedReader healthy = new NumberedReader(broker.port(), topic, NumberedReader.consecutiveFrom(1))) {
            stats.await("both", sample -> sample.subscribers().size() == 2);
            long beganNs = System.nanoTime();
            CompletableFuture<Void> publisher = publishBeside(topic);
            stats.await("a publisher waits", sample -> sample.number("waiting_publishers") == 1);
            assertThat(publisher).isNotDone();

            Sample closed = stats.await("closed", sample -> sample.number("closes", "push-back-timeout") > 0);
            double seconds = (System.nanoTime() - beganNs) / 1e9;
            System.out.printf("%s: closed %.1f s after it stopped to read%n", transport, seconds);
            assertThat(seconds).isGreaterThanOrEqualTo(PUSH_BACK_TIMEOUT_S);
            assertThat(change(before, closed, "closes", "push-back-timeout")).isEqualTo(1);
            publisher.get(60, TimeUnit.SECONDS);
            await().atMost(TIMEOUT).until(() -> healthy.received() == MESSAGES);
            healthy.check();

            receiveRest(slow);
            assertThat(linesWith("push-back-timeout: took nothing for ", topic)).hasSize(1);
        }
    }

    @ParameterizedTest(name = "over {0}")
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void maxMessagesBoundsHowManyWait(String transport) throws Exception {
        use(transport);
        String topic = "/topic/max-messages";
        try (PlainClient slow = subscribe(topic)) {
            // So large that each is a batch of its own.
            NumberedMessages.publishSettled(broker.port(), topic, 1, 41, 20 * 1024);
            awaitBlocked(topic);
            NumberedMessages.publishSettled(broker.port(), topic, 41, 301, 20 * 1024);
            Sample sample = stats.fresh().subscriberOf(topic);
            assertThat(sample.number("held_messages")).isBetween((long) MAX_MESSAGES - TRICKLED, (long) MAX_MESSAGES);
            long dropped = sample.number("dropped_messages", "overflow");
            assertThat(sample.sum("dropped_messages")).isEqualTo(dropped);
            assertKeptTheOldest(receive(slow, 300 - dropped));
            expectNext(slow, topic);
        }
    }

    @ParameterizedTest(name = "over {0}")
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void whatWaitsLongerThanMaxAgeIsDroppedAsExpired(String transport) throws Exception {
        use(transport);
        String topic = "/topic/max-age/drop";
        try (PlainClient slow = subscribe(topic)) {
            publishSettled(topic, 1, MESSAGES + 1);
            stats.fresh();
            assertThat(mostHeld(topic)).isGreaterThan(BOUND_BYTES);
            // What is on its way to the socket, which is 256 KiB and a batch at most, no longer waits.
            Sample expired = stats.await(
                            "the rest has expired",
                            sample -> sample.subscriberOf(topic).number("held_bytes") < 512 * 1024)
                    .subscriberOf(topic);
            assertThat(expired.sum("dropped_messages"))
                    .isPositive()
                    .isEqualTo(expired.number("dropped_messages", "expired"));
            List<Long> received = receive(slow, MESSAGES - expired.sum("dropped_messages"));
            assertThat(runs(received)).containsExactly(new Run(1, received.size()));
            expectNext(slow, topic);
        }
    }

    @ParameterizedTest(name = "over {0}")
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void maxAgeUnderDisconnectClosesTheSubscriber(String transport) throws Exception {
        use(transport);
        String topic = "/topic/max-age/disconnect";
        Sample before = stats.fresh();
        try (PlainClient slow = subscribe(topic)) {
            publishSettled(topic, 1, MESSAGES + 1);
            Sample after = stats.await("closed", sample -> !sample.isSubscribed(topic));
            assertThat(change(before, after, "closes", "slow-subscriber")).isEqualTo(1);
            assertThat(change(before, after, "dropped_messages", "overflow")).isZero();
            List<Long> received = receiveRest(slow);
            // The last ones, if so much time has passed before they were published.
            long missed = change(before, after, "dropped_messages", "no-subscriber");
            assertThat(received.size() + change(before, after, "dropped_messages", "subscriber-left") + missed)
                    .isEqualTo(MESSAGES);
            assertThat(linesWith("a message waited longer than " + MAX_AGE_MS + " ms", topic))
                    .hasSize(1);
        }
    }

    // ---------------------------------------------------------------- queues

    @ParameterizedTest(name = "{1} over {0}")
    @CsvSource({
        "epoll, drop-newest",
        "nio, drop-newest",
        "epoll, drop-oldest",
        "nio, drop-oldest",
        "epoll, latest",
        "nio, latest"
    })
    @Execution(ExecutionMode.CONCURRENT)
    void aQueueWithoutSubscriberKeepsWhatItsPolicySays(String transport, String policy) throws Exception {
        use(transport);
        String queue = "/queue/" + policy + "/unattended";
        Sample before = stats.fresh();
        publishSettled(queue, 1, MESSAGES + 1);
        Sample after = stats.fresh();
        long dropped = change(before, after, "dropped_messages", "overflow");
        assertThat(dropped).isPositive();
        assertThat(change(before, after, "waiting_bytes")).isLessThanOrEqualTo(BOUND_BYTES + SOFT_BYTES);
        assertThat(change(before, after, "waiting_messages")).isEqualTo(MESSAGES - dropped);
        try (PlainClient late = subscribe(queue)) {
            List<Long> received = receive(late, MESSAGES - dropped);
            assertThat(runs(received))
                    .containsExactly(
                            switch (policy) {
                                case "drop-newest" -> new Run(1, MESSAGES - dropped);
                                case "drop-oldest" -> new Run(dropped + 1, MESSAGES);
                                default -> new Run(MESSAGES, MESSAGES);
                            });
            expectNext(late, queue);
        }
    }

    @ParameterizedTest(name = "{1} over {0}")
    @CsvSource({
        "epoll, drop-newest",
        "nio, drop-newest",
        "epoll, drop-oldest",
        "nio, drop-oldest",
        "epoll, latest",
        "nio, latest"
    })
    @Execution(ExecutionMode.CONCURRENT)
    void aQueueWithAStalledSubscriberKeepsWhatItsPolicySays(String transport, String policy) throws Exception {
        use(transport);
        String queue = "/queue/" + policy + "/stalled";
        Sample before = stats.fresh();
        try (PlainClient slow = subscribe(queue)) {
            publishUntilBlocked(queue);
            publishSettled(queue, FITTING, MESSAGES + 1);
            Sample after = stats.fresh();
            long dropped = change(before, after, "dropped_messages", "overflow");
            assertThat(dropped).isPositive();
            assertThat(after.subscriberOf(queue).sum("dropped_messages")).isZero();
            assertThat(after.subscriberOf(queue).number("held_bytes")).isLessThanOrEqualTo(WINDOW_BYTES + SOFT_BYTES);
            // Its window, then what the queue kept.
            List<Long> received = receive(slow, MESSAGES - dropped);
            switch (policy) {
                case "drop-newest" -> assertKeptTheOldest(received);
                case "drop-oldest" -> assertKeptTheNewest(received);
                default -> {
                    assertThat(received.get(0)).isEqualTo(1);
                    assertThat(received).isSorted().endsWith((long) MESSAGES);
                    assertThat(received).filteredOn(number -> number >= FITTING).hasSizeBetween(1, 1 + TRICKLED);
                }
            }
            expectNext(slow, queue);
        }
    }

    @ParameterizedTest(name = "over {0}")
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void pushBackOnAQueueStopsThePublisherAndLosesNothing(String transport) throws Exception {
        use(transport);
        String queue = "/queue/push-back/q";
        Sample before = stats.fresh();
        CompletableFuture<Void> publisher = publishBeside(queue);
        Sample stopped = stats.await("a publisher waits", sample -> sample.number("waiting_publishers") == 1);
        assertThat(publisher).isNotDone();
        assertThat(change(before, stopped, "waiting_bytes"))
                .isBetween((long) BOUND_BYTES, (long) BOUND_BYTES + SOFT_BYTES);
        try (PlainClient late = subscribe(queue)) {
            assertThat(runs(receive(late, MESSAGES))).containsExactly(new Run(1, MESSAGES));
            publisher.get(60, TimeUnit.SECONDS);
            expectNext(late, queue);
            assertThat(stats.fresh().number("waiting_publishers")).isZero();
        }
    }

    // ---------------------------------------------------------------- what they share

    /** Numbers that follow each other without a gap. */
    private record Run(long first, long last) {}

    private static List<Run> runs(List<Long> numbers) {
        List<Run> runs = new ArrayList<>();
        long first = 0;
        for (int i = 0; i < numbers.size(); i++) {
            long number = numbers.get(i);
            first = i == 0 || number != numbers.get(i - 1) + 1 ? number : first;
            if (i + 1 == numbers.size() || numbers.get(i + 1) != number + 1) {
                runs.add(new Run(first, number));
            }
        }
        return runs;
    }

    /** The first messages; after the gap only what trickled in. */
    private static void assertKeptTheOldest(List<Long> received) {
        Run first = runs(received).get(0);
        assertThat(received).isSorted().startsWith(1L);
        assertThat(received.size() - (first.last() - first.first() + 1))
                .as("messages after the first gap of %s", runs(received))
                .isLessThanOrEqualTo(TRICKLED);
    }

    /** What was on its way to the socket already, then the newest that fit; between them only what trickled in. */
    private static void assertKeptTheNewest(List<Long> received) {
        List<Run> runs = runs(received);
        assertThat(runs).as("a gap").hasSizeGreaterThan(1);
        Run first = runs.get(0);
        Run last = runs.get(runs.size() - 1);
        assertThat(received).isSorted().startsWith(1L).endsWith((long) MESSAGES);
        assertThat(received.size() - (first.last() - first.first() + 1) - (last.last() - last.first() + 1))
                .as("messages between the first and the last run of %s", runs)
                .isLessThanOrEqualTo(TRICKLED);
    }

    private void use(String transport) {
        turn = TURNS.get(transport);
        turn.lock();
        broker = BROKERS.get(transport);
        stats = new StatsReader(broker.statsFile());
    }

    /** A subscription that holds, with a small window. */
    private PlainClient subscribe(String destination) throws IOException {
        PlainClient client = new PlainClient(broker.host(), broker.port(), 4096);
        client.subscribe(destination);
        stats.await(destination + " is subscribed to", sample -> sample.isSubscribed(destination));
        return client;
    }

    /** Publishes the messages first to end - 1, small and large ones; when it returns, they have been routed. */
    private void publishSettled(String destination, long first, long end) throws IOException {
        try (NumberedMessages messages = new NumberedMessages(broker.port(), destination)) {
            for (long number = first; number < end; number++) {
                int most = random.nextInt(20) == 0 ? 40_000 : 2_000;
                messages.publish(number, NumberedMessages.SMALLEST_BYTES + random.nextInt(most));
            }
            messages.settle();
        }
    }

    private CompletableFuture<Void> publishBeside(String destination) {
        return CompletableFuture.runAsync(() -> {
            try {
                publishSettled(destination, 1, MESSAGES + 1);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** Publishes to a subscriber that does not read, which is too much only in the end, then has it read all that was not dropped. */
    private List<Long> receiveAfterOverflow(PlainClient slow, String topic) throws IOException {
        publishUntilBlocked(topic);
        publishSettled(topic, FITTING, MESSAGES + 1);
        Sample sample = stats.fresh().subscriberOf(topic);
        long dropped = sample.number("dropped_messages", "overflow");
        assertThat(dropped).isPositive().isEqualTo(sample.sum("dropped_messages"));
        assertThat(sample.number("held_bytes")).isLessThanOrEqualTo(BOUND_BYTES + SOFT_BYTES);
        List<Long> received = receive(slow, MESSAGES - dropped);
        expectNext(slow, topic);
        assertThat(stats.fresh().subscriberOf(topic).sum("dropped_messages")).isEqualTo(dropped);
        return received;
    }

    /** Publishes the first messages, and waits until the subscriber's socket takes no more. */
    private void publishUntilBlocked(String destination) throws IOException {
        publishSettled(destination, 1, FITTING);
        awaitBlocked(destination);
    }

    private void awaitBlocked(String destination) {
        await().atMost(TIMEOUT).until(() -> {
            Sample sample = stats.fresh().subscriberOf(destination);
            long written = sample.number("messages_written");
            boolean still = sample.number("held_messages") > 0;
            for (int i = 0; still && i < STILL_SAMPLES; i++) {
                still = stats.fresh().subscriberOf(destination).number("messages_written") == written;
            }
            return still;
        });
    }

    private static List<Long> receive(PlainClient client, long count) throws IOException {
        List<Long> numbers = new ArrayList<>();
        try {
            while (numbers.size() < count) {
                numbers.add(NumberedMessages.numberOf(client.receive(20_000)));
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError(numbers.size() + " messages of " + count + " came: " + runs(numbers), e);
        }
        return numbers;
    }

    /** What still comes of a connection that the broker has closed: the first messages, without a gap. */
    private static List<Long> receiveRest(PlainClient client) throws IOException {
        List<Long> received = client.receiveRest(10_000).frames().stream()
                .map(NumberedMessages::numberOf)
                .toList();
        assertThat(received)
                .isEqualTo(LongStream.rangeClosed(1, received.size()).boxed().toList());
        return received;
    }

    /** The next message is one that is published now: nothing more came before it. */
    private void expectNext(PlainClient client, String destination) throws IOException {
        publishSettled(destination, MESSAGES + 1000, MESSAGES + 1001);
        assertThat(receive(client, 1)).as("nothing more, then the next").containsExactly(MESSAGES + 1000L);
    }

    /** The most that was held for the subscriber of a destination, in bytes, in any sample so far. */
    private long mostHeld(String destination) {
        return stats.all().stream()
                .filter(sample -> sample.isSubscribed(destination))
                .mapToLong(sample -> sample.subscriberOf(destination).number("held_bytes"))
                .max()
                .orElseThrow();
    }

    private static long change(Sample before, Sample after, String... path) {
        return after.number(path) - before.number(path);
    }

    private List<String> linesWith(String... parts) throws IOException {
        return Files.readAllLines(broker.out()).stream()
                .filter(line -> List.of(parts).stream().allMatch(line::contains))
                .toList();
    }
}

package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static plainsocket.PlainClient.frame;
import static plainsocket.PlainClient.join;
import static plainsocket.PlainClient.pair;
import static plainsocket.PlainClient.utf8;

import io.sluice.broker.metrics.CloseReason;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import plainsocket.ClientProcess;
import plainsocket.PlainClient;

/**
 * A publisher that is not being read, because its queue is full and has no subscriber, leaves: the broker notices.
 *
 * <p>A FIN follows what was sent before it. While the broker's receive buffer is full and the client's kernel still holds
 * something, it cannot arrive, and nobody can notice; it does as soon as there is room.
 */
class PausedPublisherIT {
    private static final int QUEUE_MESSAGES = 10;
    private static final int READ = 20;
    private static final int UNREAD = 20;
    /** The promise. A machine that is busy may need longer, now and then and not as a rule. */
    private static final long NOTICED_MS = 5_000;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final Map<String, BrokerProcess> BROKERS = new ConcurrentHashMap<>();
    private static final Map<String, StatsFollower> STATS = new ConcurrentHashMap<>();
    private static final Map<String, List<Long>> NOTICED_AFTER_MS = new ConcurrentHashMap<>();

    /** One test at a time uses a broker: it looks at all that the broker has open. */
    private static final Map<String, ReentrantLock> TURNS =
            Map.of("epoll", new ReentrantLock(), "nio", new ReentrantLock());

    private static final AtomicInteger QUEUES = new AtomicInteger();

    private String transport;
    private BrokerProcess broker;
    private StatsFollower stats;
    private ReentrantLock turn;

    /** Uses the broker with that transport, which all tests share. */
    private void use(String name) throws IOException, InterruptedException {
        transport = name;
        turn = TURNS.get(transport);
        turn.lock();
        if (!BROKERS.containsKey(transport)) {
            start();
        }
        broker = BROKERS.get(transport);
        stats = STATS.get(transport);
    }

    private void start() throws IOException, InterruptedException {
        broker = BrokerProcess.start(
                "paused-publisher-" + transport,
                "--stats-interval",
                "100ms",
                "--set",
                "transport.type=" + transport,
                "--set",
                "queues.max-messages=" + QUEUE_MESSAGES);
        stats = new StatsFollower(broker.statsFile());
        BROKERS.put(transport, broker);
        STATS.put(transport, stats);
        Awaitility.await("the broker says that it uses " + transport)
                .atMost(PATIENCE)
                .until(() ->
                        BrokerLog.of(broker).lines().stream().anyMatch(line -> line.contains("(" + transport + ")")));
        // What the first connection makes the broker open, it keeps.
        try (PlainClient first = new PlainClient(broker.host(), broker.port())) {
            first.subscribe("/topic/first");
            first.goodbye();
            first.receiveRest(PATIENCE.toMillis());
        }
        stats.await("the first has left", PATIENCE, sample -> sample.get("open_connections") == 0);
    }

    @AfterEach
    void leaveBroker() {
        if (turn != null) {
            turn.unlock();
        }
    }

    @AfterAll
    static void stop() {
        BROKERS.values().forEach(BrokerProcess::close);
    }

    @AfterAll
    static void mostAreNoticedInTime() {
        NOTICED_AFTER_MS.forEach((transport, times) -> {
            long medianMs = times.stream().sorted().toList().get(times.size() / 2);
            assertThat(medianMs).as("median of %s over %s", times, transport).isLessThan(NOTICED_MS);
        });
    }

    private static String newQueue() {
        return "/queue/full/" + QUEUES.incrementAndGet();
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void aCloseIsNoticedAndNothingSentBeforeIsLost(String transport) throws Exception {
        use(transport);
        for (int unread : new int[] {0, UNREAD}) {
            String queue = newQueue();
            PlainClient publisher = new PlainClient(broker.host(), broker.port());
            pushBack(publisher, queue);
            send(publisher, queue, READ, READ + unread);
            noticed("a close with " + unread + " messages unread", CloseReason.LEFT, publisher::close);
            assertThat(drain(queue, READ + unread)).isEqualTo(numbers(READ + unread));
        }
        nothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void aResetIsNoticed(String transport) throws Exception {
        use(transport);
        for (int unread : new int[] {0, UNREAD}) {
            String queue = newQueue();
            PlainClient publisher = new PlainClient(broker.host(), broker.port());
            pushBack(publisher, queue);
            send(publisher, queue, READ, READ + unread);
            noticed("a reset with " + unread + " messages unread", CloseReason.RESET, publisher::reset);
            // What was read before is there; what was not may be.
            List<Integer> came = drain(queue, READ);
            assertThat(came).isEqualTo(numbers(came.size())).hasSizeBetween(READ, READ + unread);
        }
        nothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void aKillIsNoticedAndNothingThatHadArrivedIsLost(String transport) throws Exception {
        use(transport);
        for (int unread : new int[] {0, UNREAD}) {
            String queue = newQueue();
            try (ChildClient publisher = new ChildClient()) {
                publisher.tell("connect", broker.port(), 0);
                publisher.tell("subscribe", "/null");
                publisher.tell("send", queue, 0, READ);
                awaitPushedBack();
                if (unread > 0) {
                    publisher.tell("send", queue, READ, READ + unread);
                }
                noticed("a kill with " + unread + " messages unread", CloseReason.LEFT, publisher::kill);
            }
            assertThat(drain(queue, READ + unread)).isEqualTo(numbers(READ + unread));
        }
        nothingIsLeft();
    }

    /** The client has filled the broker's receive buffer and its own send buffer: only a reset gets through. */
    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void aResetIsNoticedWithAClosedWindow(String transport) throws Exception {
        use(transport);
        String queue = newQueue();
        SocketChannel publisher = fill(queue, new AtomicInteger());
        publisher.setOption(StandardSocketOptions.SO_LINGER, 0);
        noticed("a reset with a closed window", CloseReason.RESET, publisher::close);
        List<Integer> came = drain(queue, READ);
        assertThat(came).isEqualTo(numbers(came.size())).hasSizeGreaterThanOrEqualTo(READ);
        nothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void whatWasSentBeforeACloseWithAClosedWindowArrives(String transport) throws Exception {
        use(transport);
        String queue = newQueue();
        AtomicInteger sentWhole = new AtomicInteger();
        SocketChannel publisher = fill(queue, sentWhole);
        long before = leftOrCutOff(stats.fresh());
        publisher.close();
        assertThat(drain(queue, sentWhole.get())).isEqualTo(numbers(sentWhole.get()));
        stats.await("the publisher is gone", PATIENCE, sample -> leftOrCutOff(sample) == before + 1);
        nothingIsLeft();
    }

    private static long leftOrCutOff(StatsSample sample) {
        return sample.closes(CloseReason.LEFT) + sample.closes(CloseReason.CUT_OFF);
    }

    // ---------------------------------------------------------------- publishing

    private void pushBack(PlainClient publisher, String queue) throws IOException {
        publisher.subscribe("/null");
        send(publisher, queue, 0, READ);
        awaitPushedBack();
    }

    private void awaitPushedBack() {
        stats.await("the publisher is pushed back", PATIENCE, sample -> sample.get("waiting_publishers") == 1);
    }

    private static void send(PlainClient publisher, String queue, int first, int end) throws IOException {
        byte[][] pairs = new byte[end - first][];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = pair(queue, ClientProcess.message(0, first + i));
        }
        publisher.send(join(pairs));
    }

    /** Publishes until nothing goes any more; counts the messages whose last byte the kernel took. */
    private SocketChannel fill(String queue, AtomicInteger sentWhole) throws IOException {
        SocketChannel publisher = SocketChannel.open(new InetSocketAddress(broker.host(), broker.port()));
        publisher.configureBlocking(false);
        ByteBuffer rest = ByteBuffer.wrap(frame(utf8("/null")));
        publisher.write(rest);
        long lastNs = System.nanoTime();
        int next = 0;
        while (System.nanoTime() - lastNs < QUIET_NS) {
            if (!rest.hasRemaining()) {
                sentWhole.set(next);
                rest = ByteBuffer.wrap(pair(queue, ClientProcess.message(0, next)));
                next++;
            }
            if (publisher.write(rest) > 0) {
                lastNs = System.nanoTime();
            }
        }
        awaitPushedBack();
        return publisher;
    }

    // ---------------------------------------------------------------- what must hold

    private interface Leaving {
        void leave() throws IOException, InterruptedException;
    }

    /** The connection is closed and its descriptor is free, and it is counted. */
    private void noticed(String what, CloseReason reason, Leaving leaving) throws Exception {
        StatsSample before = stats.fresh();
        long descriptors = broker.openDescriptors();
        leaving.leave();
        long leftNs = System.nanoTime();
        Awaitility.await(what + " frees a descriptor")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> broker.openDescriptors() < descriptors);
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - leftNs);
        NOTICED_AFTER_MS.computeIfAbsent(transport, unused -> new ArrayList<>()).add(tookMs);
        System.out.printf("%s: noticed after %d ms%n", what, tookMs);
        StatsSample after =
                stats.await(what + " is counted", PATIENCE, sample -> sample.allCloses() > before.allCloses());
        assertThat(after.closes(reason)).as("closed as " + reason.text()).isEqualTo(before.closes(reason) + 1);
        assertThat(after.get("open_connections")).as("open connections").isZero();
        assertThat(after.get("waiting_publishers")).as("waiting publishers").isZero();
    }

    private static List<Integer> numbers(int count) {
        return java.util.stream.IntStream.range(0, count).boxed().toList();
    }

    /** The numbers of all messages in a queue: at least so many, and then until nothing comes. */
    private List<Integer> drain(String queue, int atLeast) throws IOException {
        List<Integer> came = new ArrayList<>();
        try (PlainClient subscriber = new PlainClient(broker.host(), broker.port())) {
            subscriber.subscribe(queue);
            while (true) {
                try {
                    long timeoutMs = came.size() < atLeast ? PATIENCE.toMillis() : 300;
                    came.add((int) ClientProcess.numberOf(subscriber.receive(timeoutMs)));
                } catch (SocketTimeoutException e) {
                    break;
                }
            }
            subscriber.goodbye();
            subscriber
                    .receiveRest(PATIENCE.toMillis())
                    .frames()
                    .forEach(message -> came.add((int) ClientProcess.numberOf(message)));
        }
        return came;
    }

    private void nothingIsLeft() {
        stats.await(
                "nothing is left",
                PATIENCE,
                sample -> sample.get("pinned_bytes") == 0
                        && sample.get("waiting_messages") == 0
                        && sample.get("open_connections") == 0);
        assertThat(BrokerLog.of(broker).alarms()).isEmpty();
    }
}

package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.systemtest.StatsReader.Sample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import plainsocket.PlainClient;

/** A configuration file that is changed, and SIGHUP, while clients work: what changes, and what must not. */
class ReloadIT {
    private static final String SLOW_TOPIC = "/topic/reload/slow";
    private static final String FULL_QUEUE = "/queue/reload/full";
    private static final int PUBLISHERS = 4;
    private static final int SIZE_BYTES = 1000;
    private static final int SWITCHES = TestSize.pick(2, 20);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final List<AutoCloseable> toClose = new ArrayList<>();
    private final List<WorkingPair> pairs = new ArrayList<>();
    private final Path file = BrokerProcess.module().resolve("target").resolve("reload.yaml");
    private BrokerProcess broker;
    private StatsReader stats;
    private int reloads;

    @AfterEach
    void closeAll() throws Exception {
        for (int i = toClose.size() - 1; i >= 0; i--) {
            toClose.get(i).close();
        }
    }

    @Test
    void policiesChangeUnderLoadAndNobodyIsLeftWaiting() throws Exception {
        start("reload-policies", slowTopic("drop-oldest"));
        PlainClient stalled = new PlainClient(broker.host(), broker.port(), 4096);
        toClose.add(stalled);
        stalled.subscribe(SLOW_TOPIC);
        stats.await("it is subscribed", sample -> sample.isSubscribed(SLOW_TOPIC));
        List<Publishing> publishers = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            publishers.add(new Publishing());
        }
        stats.await("something is dropped", sample -> dropped(sample) > 0);

        for (int i = 0; i < SWITCHES; i++) {
            reload(slowTopic("push-back"));
            Sample waiting = stats.await("all wait", sample -> sample.number("waiting_publishers") == PUBLISHERS);
            long droppedBefore = dropped(waiting);
            pairs.forEach(pair -> pair.awaitMore(500));
            assertThat(dropped(stats.fresh())).as("dropped under push-back").isEqualTo(droppedBefore);

            reload(slowTopic("drop-newest"));
            stats.await("nobody waits", sample -> sample.number("waiting_publishers") == 0);
            List<Long> published =
                    publishers.stream().map(each -> each.published).toList();
            await("every publisher goes on").atMost(TIMEOUT).until(() -> {
                for (int p = 0; p < PUBLISHERS; p++) {
                    if (publishers.get(p).published < published.get(p) + 1000) {
                        return false;
                    }
                }
                return true;
            });
            reload(slowTopic("drop-oldest"));
            pairs.forEach(pair -> pair.awaitMore(500));
        }

        for (Publishing publisher : publishers) {
            publisher.finish();
        }
        long published = publishers.stream().mapToLong(each -> each.published).sum();
        Sample last = stats.fresh();
        assertThat(last.subscriberOf(SLOW_TOPIC).number("held_bytes")).isLessThan(3 << 20);
        long owed = published - last.subscriberOf(SLOW_TOPIC).sum("dropped_messages");
        assertThat(owed).isPositive();
        for (long i = 0; i < owed; i++) {
            stalled.receive();
        }
        finishPairs();
        expectNobodyWasClosed();
    }

    @Test
    void boundsTimeoutsAndTheLogLevelChangeWithoutALostMessage() throws Exception {
        start("reload-bounds", "queues:\n  max-messages: 100\nlog:\n  level: warn\n");
        Publishing publisher = new Publishing(FULL_QUEUE);
        stats.await("it waits", sample -> sample.number("waiting_publishers") == 1);
        assertThat(logged(" INFO  ")).as("level warn").isEmpty();

        change("queues:\n  max-messages: 100000\nlog:\n  level: debug\ndelivery:\n  send-queue:\n    max-age: 1 h\n");
        await().atMost(TIMEOUT)
                .until(() -> !logged("reloaded: queues.max-messages: 100 -> 100000 (live)")
                        .isEmpty());
        assertThat(logged("reloaded: log.level: warn -> debug (live)")).hasSize(1);
        assertThat(logged("reloaded: delivery.send-queue.max-age: off -> 1 h (live)"))
                .hasSize(1);
        stats.await("there is room", sample -> sample.number("waiting_publishers") == 0 && publisher.published > 2000);

        change("queues:\n  max-messages: 1000\nlog:\n  level: info\n");
        await().atMost(TIMEOUT)
                .until(() ->
                        !logged("reloaded: log.level: debug -> info (live)").isEmpty());
        stats.await("it waits again", sample -> sample.number("waiting_publishers") == 1);
        pairs.forEach(pair -> pair.awaitMore(500));

        // What needs a restart is said, and all else changes.
        change("listen:\n  backlog: 7\nqueues:\n  max-messages: 2000\nlog:\n  level: warn\n");
        await().atMost(TIMEOUT)
                .until(() -> !logged("WARN  reload: reloaded: listen.backlog: 1024 -> 7 needs a restart")
                        .isEmpty());

        change("queues:\n  max-messages: 2000\nlog:\n  format: json\n");
        await().atMost(TIMEOUT)
                .until(() -> !logged("\"formattedMessage\":\"reloaded: log.format: text -> json (live)\"")
                        .isEmpty());

        try (NumberedReader late = new NumberedReader(broker.port(), FULL_QUEUE, NumberedReader.consecutiveFrom(0))) {
            publisher.finish();
            await().atMost(TIMEOUT).until(() -> late.received() == publisher.published);
            late.check();
        }
        Sample last = stats.fresh();
        assertThat(last.sum("dropped_messages"))
                .as("dropped, but for the pairs' first probes")
                .isEqualTo(last.numberOr0("dropped_messages", "no-subscriber"));
        finishPairs();
        expectNobodyWasClosed();
    }

    @Test
    void whatAReloadWillChangeIsToldBeforehand() throws Exception {
        start("reload-diff", "queues:\n  max-messages: 100\n");
        String url = broker.adminUrl();
        Path wanted = Files.writeString(
                file.resolveSibling("reload-wanted.yaml"),
                smallFrames("queues:\n  max-messages: 200\nlisten:\n  backlog: 7\ntransport:\n  event-loops: 1\n"));
        Process diff = new ProcessBuilder(
                        BrokerProcess.home().resolve("bin").resolve("sluice").toString(),
                        "config",
                        "diff",
                        wanted.toString(),
                        "--admin",
                        url)
                .redirectErrorStream(true)
                .start();
        String told = new String(diff.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(diff.waitFor()).as(told).isZero();
        assertThat(told.lines())
                .contains(
                        "listen.backlog       restart          1024 -> 7",
                        "queues.max-messages  live             100 -> 200",
                        "transport.event-loops stays 2: set by flag --set, which comes before the file",
                        "2 settings differ: 1 live, 1 restart");

        change(Files.readString(wanted).replace("native: {max-frame: 64 KiB}\n", ""));
        await().atMost(TIMEOUT).until(() -> logged("reloaded: ").size() == 2);
        finishPairs();
        expectNobodyWasClosed();
    }

    @Test
    void aBrokenFileChangesNothingAndSaysWhy() throws Exception {
        start("reload-broken", "connections:\n  max: 100\n");
        for (String broken : List.of(
                "connections:\n  max: 1\nqueues:\n  max-bytes: much\n",
                "connections:\n  max: 1\nquues:\n  max-bytes: 1 GiB\n",
                "connections:\n  max: 1\nmemory:\n  max: 1024 GiB\n",
                "connections: {max: 1\n")) {
            int before = logged("not reloaded: nothing has changed").size();
            change(broken);
            await(broken)
                    .atMost(TIMEOUT)
                    .until(() -> logged("not reloaded: nothing has changed").size() == before + 1);
        }
        assertThat(logged("not reloaded: " + file + ":4: queues.max-bytes: much: "))
                .hasSize(1);
        assertThat(logged("not reloaded: " + file + ":3: quues: unknown key")).hasSize(1);
        assertThat(logged("not reloaded: memory.max: 1024 GiB: must be at most"))
                .hasSize(1);

        Files.delete(file);
        signalHangUp();
        await().atMost(TIMEOUT)
                .until(() -> !logged(file + ": there is no such file").isEmpty());

        // None of them has let only one connection in.
        try (WorkingPair another = new WorkingPair(broker, "/topic/reload/another")) {
            another.awaitMore(100);
            another.finish();
        }
        assertThat(logged("reloaded: connections.max")).isEmpty();
        finishPairs();
        expectNobodyWasClosed();
    }

    // ---------------------------------------------------------------- what they share

    private static String slowTopic(String policy) {
        return "delivery:\n  overflow:\n    - {pattern: " + SLOW_TOPIC + ", policy: " + policy
                + ", max-bytes: 1 MiB}\n  push-back-timeout: 1 h\n";
    }

    /** Starts a broker with a file, and pairs of clients beside whom all happens. */
    private void start(String name, String yaml) throws IOException, InterruptedException {
        Files.writeString(file, smallFrames(yaml));
        broker = BrokerProcess.start(name, "--stats-interval=100ms", "--config", file.toString());
        toClose.add(broker);
        stats = new StatsReader(broker.statsFile());
        for (String destination : List.of("/topic/reload/a", "/topic/reload/b", "/queue/reload/a", "/queue/reload/b")) {
            WorkingPair pair = new WorkingPair(broker, destination);
            toClose.add(pair);
            pairs.add(pair);
        }
    }

    /** A bound of 1 MiB must hold the largest frame. */
    private static String smallFrames(String yaml) {
        return yaml + "native: {max-frame: 64 KiB}\n";
    }

    /** Changes the file and has it read. */
    private void change(String yaml) throws IOException, InterruptedException {
        Files.writeString(file, smallFrames(yaml));
        signalHangUp();
    }

    /** Changes the file, has it read, and waits until that is done. */
    private void reload(String yaml) throws IOException, InterruptedException {
        change(yaml);
        reloads++;
        await().atMost(TIMEOUT)
                .until(() -> logged("reloaded: delivery.overflow: ").size() == reloads);
    }

    private void signalHangUp() throws IOException, InterruptedException {
        int code = new ProcessBuilder("bash", "-c", "kill -HUP " + broker.pid())
                .start()
                .waitFor();
        assertThat(code).as("kill -HUP").isZero();
    }

    private List<String> logged(String part) {
        return BrokerLog.of(broker).lines().stream()
                .filter(line -> line.contains(part))
                .toList();
    }

    private static long dropped(Sample sample) {
        return sample.subscriberOf(SLOW_TOPIC).sum("dropped_messages");
    }

    private void finishPairs() throws IOException {
        for (WorkingPair pair : pairs) {
            pair.finish();
        }
    }

    private void expectNobodyWasClosed() {
        Sample last = stats.fresh();
        assertThat(last.sum("closes") - last.number("closes", "goodbye") - last.number("closes", "left"))
                .as("connections closed: %s", last)
                .isZero();
        assertThat(broker.isAlive()).isTrue();
    }

    /** A publisher on a thread of its own, as fast as it may, though not faster than some thousand messages a second. */
    private final class Publishing implements AutoCloseable {
        private final PlainClient client = new PlainClient(broker.host(), broker.port());
        private final String destination;
        private final Thread thread = new Thread(this::run, "publisher");
        private volatile long published;
        private volatile boolean stopping;
        private volatile Throwable fault;

        Publishing() throws IOException {
            this(SLOW_TOPIC);
        }

        Publishing(String destination) throws IOException {
            this.destination = destination;
            toClose.add(this);
            client.subscribe("/null");
            thread.setDaemon(true);
            thread.start();
        }

        private void run() {
            try {
                while (!stopping) {
                    long number = published;
                    client.publish(destination, NumberedMessages.payload(number, SIZE_BYTES));
                    published = number + 1;
                    if (published % 16 == 0) {
                        LockSupport.parkNanos(1_000_000);
                    }
                }
                client.goodbye();
                PlainClient.Rest rest = client.receiveRest(TIMEOUT.toMillis());
                if (rest.ending() != PlainClient.Ending.CLEAN) {
                    throw new AssertionError("goodbye was answered by " + rest);
                }
            } catch (IOException | AssertionError e) {
                fault = e;
            }
        }

        /** Publishes no more; returns when the broker has routed all. */
        void finish() throws InterruptedException {
            stopping = true;
            thread.join(TIMEOUT.toMillis());
            assertThat(thread.isAlive()).as("still publishing").isFalse();
            assertThat(fault).as("publisher").isNull();
        }

        @Override
        public void close() {
            stopping = true;
            client.close();
        }
    }
}

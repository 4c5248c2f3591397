package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static plainsocket.PlainClient.frame;
import static plainsocket.PlainClient.join;
import static plainsocket.PlainClient.length;
import static plainsocket.PlainClient.pair;
import static plainsocket.PlainClient.utf8;

import io.sluice.broker.metrics.CloseReason;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import plainsocket.PlainClient;
import plainsocket.PlainClient.ClosedByBroker;
import plainsocket.PlainClient.Ending;
import plainsocket.PlainClient.Rest;

/**
 * Sessions that are nearly right, over real sockets: the broker ends each of them for the reason the specification gives,
 * counts it, keeps nothing of it, loses no buffer, and has no fault of its own.
 *
 * <p>All randomness follows from one seed. What a session must come to is told by {@link FuzzStream}; only of those that
 * are reset while something is on its way nobody can say how much was read.
 */
class FuzzIT {
    private static final int ORDINARY = TestSize.pick(700, 8_000);
    private static final int OF_EACH_REASON = TestSize.pick(60, 1_100);
    private static final int ENOUGH_OF_EACH_REASON = TestSize.pick(50, 1_000);
    private static final int ENOUGH_SESSIONS = TestSize.pick(1_500, 20_000);
    private static final int ENOUGH_HANDSHAKES_PERCENT = 80;
    private static final int AT_A_TIME = 32;
    private static final int MAX_FRAME = 64 * 1024;
    private static final int DESTINATIONS = 64;
    // So many unfinished frames are more than the memory bound.
    private static final int LAST_UNFINISHED = 120;
    private static final int PLACES = Math.max(200, OF_EACH_REASON);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long SEED = TestSize.seed("FuzzIT");
    // Every buffer is followed, and one that is lost is reported when the collector has found it.
    private static final Map<String, String> WATCHED = Map.of(
            "SLUICE_JAVA_OPTS", "-Dio.netty.leakDetection.level=paranoid -Dio.netty.leakDetection.targetRecords=20");
    // What a collection has found may only be reported after the next.
    private static final int COLLECTIONS = TestSize.pick(4, 6);

    /** Over all brokers. */
    private static final Map<CloseReason, Long> CLOSES = new EnumMap<>(CloseReason.class);

    private static final AtomicInteger SESSIONS = new AtomicInteger();
    private static final AtomicInteger WITH_HANDSHAKE = new AtomicInteger();
    private static final AtomicInteger BROKERS = new AtomicInteger();

    /** One session, with a random of its own. */
    private interface Session {
        void run(Random random) throws Exception;
    }

    /** A broker, and what the sessions at it should come to. */
    private static final class Trial implements AutoCloseable {
        final BrokerProcess broker;
        final Map<CloseReason, AtomicLong> closes = new EnumMap<>(CloseReason.class);
        final AtomicLong messages = new AtomicLong();
        // Of sessions of which nobody can say how much of what they sent was read.
        final AtomicLong uncertainCloses = new AtomicLong();
        final AtomicLong uncertainMessages = new AtomicLong();
        final Set<String> queues = ConcurrentHashMap.newKeySet();
        final AtomicLong started = new AtomicLong();
        final AtomicInteger unfinished = new AtomicInteger(OF_EACH_REASON + LAST_UNFINISHED);

        Trial(String name, String... settings) throws Exception {
            for (CloseReason reason : CloseReason.values()) {
                closes.put(reason, new AtomicLong());
            }
            List<String> flags = new ArrayList<>(List.of("--stats-interval", "100ms"));
            for (String setting : settings) {
                flags.addAll(List.of("--set", setting));
            }
            broker = BrokerProcess.start("fuzz-" + name, WATCHED, flags.toArray(String[]::new));
        }

        void expect(CloseReason reason) {
            closes.get(reason).incrementAndGet();
        }

        PlainClient connect() throws IOException {
            return new PlainClient(broker.host(), broker.port());
        }

        /** Runs so many sessions. */
        void run(int count, int atATime, Session session) throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(atATime);
            try {
                List<Future<?>> running = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    long seed = SEED * 1_000_003 + SESSIONS.getAndIncrement();
                    running.add(threads.submit(() -> {
                        session.run(new Random(seed));
                        return null;
                    }));
                }
                for (Future<?> one : running) {
                    one.get(10, TimeUnit.MINUTES);
                }
            } finally {
                threads.shutdownNow();
            }
        }

        // ------------------------------------------------------------ what must hold at every broker

        /** Everybody has left: all is counted as expected, nothing is kept. */
        void checkCounts() throws Exception {
            drain();
            StatsSample last = new StatsFollower(broker.statsFile())
                    .await(
                            "everybody has left and nothing is kept",
                            PATIENCE,
                            sample -> sample.get("open_connections") == 0
                                    && sample.get("waiting_messages") == 0
                                    && sample.get("pinned_bytes") == 0);
            System.out.printf("%s: %d messages, closed %s%n", name(), last.get("messages_in"), last.closes());
            assertThat(last.get("connections_accepted"))
                    .as("accepted, all closed")
                    .isEqualTo(last.allCloses());
            long uncertain = uncertainCloses.get();
            long certain = 0;
            for (CloseReason reason : CloseReason.values()) {
                long expected = closes.get(reason).get();
                certain += expected;
                assertThat(last.closes(reason))
                        .as(name() + ": closed for " + reason.text())
                        .isBetween(expected, reason == CloseReason.INTERNAL_ERROR ? 0 : expected + uncertain);
            }
            assertThat(last.allCloses()).as("closed").isEqualTo(certain + uncertain);
            assertThat(last.get("messages_in"))
                    .as("messages")
                    .isBetween(messages.get(), messages.get() + uncertainMessages.get());
        }

        /** Empties queues that mutated names have made: subscribes and says goodbye until nothing comes any more. */
        private void drain() throws IOException {
            for (String queue : queues) {
                int came;
                do {
                    try (PlainClient client = connect()) {
                        client.send(join(frame(utf8(queue)), PlainClient.length(0)));
                        Rest rest = client.receiveRest(PATIENCE.toMillis());
                        assertThat(rest.ending()).isEqualTo(Ending.CLEAN);
                        came = rest.frames().size();
                    }
                    expect(CloseReason.GOODBYE);
                } while (came > 0);
            }
        }

        /** Collects garbage, which finds buffers nobody holds; they are reported when new ones are made. */
        void findLeaks() throws Exception {
            String jcmd =
                    Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
            for (int i = 0; i < COLLECTIONS; i++) {
                Process collection = new ProcessBuilder(jcmd, Long.toString(broker.pid()), "GC.run")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                assertThat(collection.waitFor()).as("exit code of jcmd").isZero();
                try (WorkingPair topic = new WorkingPair(broker, "/topic/collected");
                        WorkingPair queue = new WorkingPair(broker, "/queue/collected")) {
                    topic.awaitMore(1_000);
                    queue.awaitMore(1_000);
                    topic.finish();
                    queue.finish();
                }
            }
        }

        /** Stops the broker, and adds what it has counted to the sum. */
        StatsSample finish() throws Exception {
            assertThat(broker.stop()).as("exit code").isZero();
            List<StatsSample> samples = new StatsFollower(broker.statsFile()).samplesSoFar();
            StatsSample last = samples.get(samples.size() - 1);
            last.closes().forEach((reason, count) -> CLOSES.merge(reason, count, Long::sum));
            BROKERS.incrementAndGet();
            assertThat(last.get("pinned_bytes")).as("pinned at the end").isZero();
            assertThat(last.get("open_connections")).as("open at the end").isZero();
            assertThat(last.closes(CloseReason.INTERNAL_ERROR)).isZero();
            assertThat(BrokerLog.of(broker).alarms()).isEmpty();
            return last;
        }

        private String name() {
            return broker.out().getParent().getFileName().toString();
        }

        @Override
        public void close() {
            broker.close();
        }
    }

    private static FuzzStream read(byte[] stream) {
        FuzzStream meaning = FuzzStream.read(stream, MAX_FRAME);
        WITH_HANDSHAKE.addAndGet(meaning.handshake() ? 1 : 0);
        return meaning;
    }

    private static void send(PlainClient client, byte[] stream, int[] cuts) throws IOException {
        int from = 0;
        for (int cut : cuts) {
            client.sendUnlessClosed(Arrays.copyOfRange(stream, from, cut));
            from = cut;
        }
        client.sendUnlessClosed(Arrays.copyOfRange(stream, from, stream.length));
    }

    // ---------------------------------------------------------------- sessions that end for what they send

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio"})
    void sessionsEndForWhatTheySend(String transport) throws Exception {
        try (Trial trial = new Trial(
                "ordinary-" + transport, "transport.type=" + transport, "native.max-frame=" + MAX_FRAME + "B")) {
            // As long as none is reset everything is certain.
            trial.run(ORDINARY * 3 / 4, AT_A_TIME, random -> ordinary(trial, random, 0));
            trial.checkCounts();
            trial.run(ORDINARY / 4, AT_A_TIME, random -> ordinary(trial, random, 85));
            trial.checkCounts();
            trial.findLeaks();
            trial.finish();
        }
    }

    /** @param resets in percent, of those that break no rule */
    private static void ordinary(Trial trial, Random random, int resets) throws IOException {
        FuzzGenerator generator = new FuzzGenerator(random, MAX_FRAME);
        byte[] stream = generator.any();
        FuzzStream meaning = read(stream);
        trial.queues.addAll(meaning.queues());
        int published = meaning.publishedTo().size();
        CloseReason violation = meaning.violation();
        int choice = random.nextInt(100);
        try (PlainClient client = trial.connect()) {
            send(client, stream, generator.cuts(stream.length));
            if (choice < (violation == null ? resets : resets / 6)) {
                client.reset();
                trial.uncertainMessages.addAndGet(published);
                if (violation == null) {
                    trial.expect(CloseReason.RESET);
                } else {
                    trial.uncertainCloses.incrementAndGet();
                }
                return;
            }
            if (violation == null || choice % 5 == 0) {
                closeOwnSide(client);
            }
            Rest rest = client.receiveRest(PATIENCE.toMillis());
            if (violation == CloseReason.GOODBYE) {
                assertThat(rest.ending()).as("the end after goodbye").isEqualTo(Ending.CLEAN);
            }
        }
        CloseReason left = meaning.torn() ? CloseReason.CUT_OFF : CloseReason.LEFT;
        trial.expect(violation == null ? left : violation);
        trial.messages.addAndGet(published);
    }

    private static void closeOwnSide(PlainClient client) throws IOException {
        try {
            client.halfClose();
        } catch (ClosedByBroker e) {
            // For what was sent before.
        }
    }

    // ---------------------------------------------------------------- sessions that fall silent

    @Test
    void sessionsThatFallSilentEndForWhatTheyWereDoing() throws Exception {
        try (Trial trial = new Trial(
                "silent",
                "native.max-frame=" + MAX_FRAME + "B",
                "transport.handshake-timeout=3s",
                "transport.frame-timeout=2s",
                "transport.idle-timeout=2500ms")) {
            CloseReason[] timeouts = {CloseReason.HANDSHAKE_TIMEOUT, CloseReason.FRAME_TIMEOUT, CloseReason.IDLE_TIMEOUT
            };
            trial.run(timeouts.length * OF_EACH_REASON, 400, random -> {
                // Not by chance: of each there must be enough.
                silent(trial, random, timeouts[(int) (trial.started.getAndIncrement() % timeouts.length)]);
            });
            trial.checkCounts();
            trial.findLeaks();
            trial.finish();
        }
    }

    private static void silent(Trial trial, Random random, CloseReason timeout) throws IOException {
        byte[] stream = new FuzzGenerator(random, MAX_FRAME).open(timeout);
        FuzzStream meaning = read(stream);
        trial.queues.addAll(meaning.queues());
        try (PlainClient client = trial.connect()) {
            client.send(stream);
            client.receiveRest(PATIENCE.toMillis());
        }
        trial.expect(timeout);
        trial.messages.addAndGet(meaning.publishedTo().size());
    }

    // ---------------------------------------------------------------- sessions that meet a bound

    @Test
    void sessionsThatMeetABoundEndForIt() throws Exception {
        try (Trial trial = new Trial(
                "bounds",
                "native.max-frame=" + MAX_FRAME + "B",
                "memory.max=4MiB",
                "destinations.max=" + DESTINATIONS,
                "connections.max=" + PLACES,
                // Who waits to be closed for memory may wait long on a busy machine.
                "transport.frame-timeout=10m",
                "transport.send-buffer=4KiB",
                "delivery.push-back-timeout=300ms",
                "delivery.overflow=[{pattern: /topic/disconnect/*, policy: disconnect, max-bytes: 68KiB},"
                        + " {pattern: /topic/push-back/*, policy: push-back, max-bytes: 68KiB}]")) {
            // So few at a time that what is held for them stays below the bound of all memory.
            trial.run(
                    OF_EACH_REASON,
                    12,
                    random -> unread(trial, random, "/topic/disconnect/", CloseReason.SLOW_SUBSCRIBER));
            trial.run(
                    OF_EACH_REASON,
                    12,
                    random -> unread(trial, random, "/topic/push-back/", CloseReason.PUSH_BACK_TIMEOUT));
            trial.run(OF_EACH_REASON + LAST_UNFINISHED, LAST_UNFINISHED, random -> unfinished(trial, random));
            withAllDestinationsTaken(trial);
            trial.checkCounts();
            trial.findLeaks();
            stopWithAllPlacesTaken(trial);
        }
    }

    /** Subscribes, does not read, and publishes to itself until it is closed. */
    private static void unread(Trial trial, Random random, String topics, CloseReason expected) throws IOException {
        String topic = topics + trial.started.getAndIncrement();
        WITH_HANDSHAKE.incrementAndGet();
        try (PlainClient client = new PlainClient(trial.broker.host(), trial.broker.port(), 4 * 1024)) {
            client.subscribe(topic);
            long sentBytes = 0;
            try {
                while (sentBytes < 1024L * MAX_FRAME) {
                    byte[] stream = pair(topic, new byte[random.nextInt(4_000)]);
                    trial.uncertainMessages.incrementAndGet();
                    client.send(stream);
                    sentBytes += stream.length;
                }
                throw new IOException(sentBytes + " bytes went to one that does not read");
            } catch (ClosedByBroker e) {
                trial.expect(expected);
            }
        }
    }

    /** Begins a large frame and waits until it is closed for it; the last ones leave by themselves. */
    private static void unfinished(Trial trial, Random random) throws IOException {
        int left = trial.unfinished.decrementAndGet();
        WITH_HANDSHAKE.incrementAndGet();
        int announced = MAX_FRAME - random.nextInt(1_000);
        byte[] some = new byte[announced - 1 - random.nextInt(MAX_FRAME / 4)];
        random.nextBytes(some);
        byte[] before = join(frame(utf8("/null")), frame(utf8("/topic/nobody")), length(announced));
        try (PlainClient client = trial.connect()) {
            send(client, join(before, some), new FuzzGenerator(random, MAX_FRAME).cuts(before.length + some.length));
            while (left > 0 && trial.unfinished.get() > 0) {
                if (isClosed(client)) {
                    trial.expect(CloseReason.MEMORY);
                    return;
                }
            }
            closeOwnSide(client);
            client.receiveRest(PATIENCE.toMillis());
            trial.uncertainCloses.incrementAndGet();
        }
    }

    private static boolean isClosed(PlainClient client) throws IOException {
        try {
            client.receive(50);
            throw new IOException("a message came to a client that is subscribed to nothing");
        } catch (SocketTimeoutException e) {
            return false;
        } catch (ClosedByBroker e) {
            return true;
        }
    }

    private static void withAllDestinationsTaken(Trial trial) throws Exception {
        List<PlainClient> holders = new ArrayList<>();
        try {
            for (int i = 0; i < DESTINATIONS; i++) {
                PlainClient holder = trial.connect();
                holders.add(holder);
                holder.subscribe("/topic/known/" + i);
            }
            new StatsFollower(trial.broker.statsFile())
                    .await("all are there", PATIENCE, sample -> sample.get("destinations") == DESTINATIONS);
            trial.run(OF_EACH_REASON, AT_A_TIME, random -> oneTooMany(trial, random));
        } finally {
            for (PlainClient holder : holders) {
                holder.close();
                trial.uncertainCloses.incrementAndGet();
            }
        }
    }

    /** Is a good session until it names a destination there is no room for. */
    private static void oneTooMany(Trial trial, Random random) throws IOException {
        FuzzGenerator generator = new FuzzGenerator(random, MAX_FRAME);
        String fresh = "/" + random.nextLong();
        List<byte[]> parts = new ArrayList<>();
        int published = 0;
        if (random.nextInt(4) == 0) {
            parts.add(frame(utf8(random.nextBoolean() ? fresh : "/queue" + fresh)));
        } else {
            String[] harmless = {"/null", "/topic/known/" + random.nextInt(DESTINATIONS), "/topic/unknown"};
            parts.add(frame(utf8(harmless[random.nextInt(2)])));
            published = random.nextInt(6);
            for (int i = 0; i < published; i++) {
                parts.add(pair(harmless[random.nextInt(harmless.length)], new byte[random.nextInt(500)]));
            }
            parts.add(frame(utf8("/queue" + fresh)));
        }
        parts.add(generator.any());
        byte[] stream = join(parts.toArray(byte[][]::new));
        WITH_HANDSHAKE.incrementAndGet();
        try (PlainClient client = trial.connect()) {
            send(client, stream, generator.cuts(stream.length));
            client.receiveRest(PATIENCE.toMillis());
        }
        trial.expect(CloseReason.DESTINATIONS);
        trial.messages.addAndGet(published);
    }

    /** Nobody else is let in, whatever it says; and then the broker stops, with everybody there. */
    private static void stopWithAllPlacesTaken(Trial trial) throws Exception {
        List<PlainClient> holders = new ArrayList<>();
        Random random = new Random(SEED);
        try {
            for (int i = 0; i < PLACES; i++) {
                PlainClient holder = trial.connect();
                holders.add(holder);
                byte[] good = join(frame(utf8("/topic/known")), pair("/topic/known", new byte[random.nextInt(50)]));
                holder.send(Arrays.copyOf(good, i % 3 == 0 ? good.length : random.nextInt(20, good.length)));
            }
            StatsFollower stats = new StatsFollower(trial.broker.statsFile());
            stats.await("all are there", PATIENCE, sample -> sample.get("open_connections") == PLACES);
            StatsSample before = stats.fresh();
            trial.run(OF_EACH_REASON, AT_A_TIME, own -> {
                byte[] stream = new FuzzGenerator(own, MAX_FRAME).any();
                read(stream);
                try (PlainClient client = trial.connect()) {
                    client.sendUnlessClosed(stream);
                    client.receiveRest(PATIENCE.toMillis());
                } catch (ClosedByBroker e) {
                    // At once, before the client knew that it was connected.
                }
            });
            StatsSample last = trial.finish();
            System.out.println(trial.name() + ": at the end " + last.closes());
            assertThat(last.closes(CloseReason.CONNECTIONS) - before.closes(CloseReason.CONNECTIONS))
                    .isEqualTo(OF_EACH_REASON);
            assertThat(last.closes(CloseReason.SHUTDOWN)).isEqualTo(PLACES);
            assertThat(last.allCloses() - before.allCloses()).isEqualTo(OF_EACH_REASON + PLACES);
        } finally {
            holders.forEach(PlainClient::close);
        }
    }

    // ---------------------------------------------------------------- over all

    @AfterAll
    static void enoughOfEverything() {
        System.out.printf(
                "FuzzIT: %d sessions, %d with a valid first frame, closed %s%n",
                SESSIONS.get(), WITH_HANDSHAKE.get(), CLOSES);
        if (BROKERS.get() < 4) {
            // A single test was asked for, or one has failed.
            return;
        }
        assertThat(SESSIONS.get()).isGreaterThanOrEqualTo(ENOUGH_SESSIONS);
        assertThat(WITH_HANDSHAKE.get() * 100L / SESSIONS.get())
                .as("percent with a valid first frame")
                .isGreaterThanOrEqualTo(ENOUGH_HANDSHAKES_PERCENT);
        // No client can bring these about: a fault of ours, and an operator's will.
        Set<CloseReason> neverByClients = EnumSet.of(CloseReason.INTERNAL_ERROR, CloseReason.ADMIN);
        for (CloseReason reason : CloseReason.values()) {
            if (!neverByClients.contains(reason)) {
                assertThat(CLOSES.getOrDefault(reason, 0L))
                        .as("closed for " + reason.text())
                        .isGreaterThanOrEqualTo(ENOUGH_OF_EACH_REASON);
            }
        }
    }
}

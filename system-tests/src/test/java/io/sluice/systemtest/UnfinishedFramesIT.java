package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static plainsocket.PlainClient.frame;
import static plainsocket.PlainClient.join;
import static plainsocket.PlainClient.length;
import static plainsocket.PlainClient.utf8;

import io.sluice.broker.metrics.CloseReason;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import plainsocket.PlainClient;

/** Frames that are begun and not ended: what they may cost, and who pays. */
class UnfinishedFramesIT {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;
    private static final int MAX_FRAME = 16 * MIB - 1;
    private static final int LARGE_BYTES = 15 * MIB;
    private static final int SMALL_BYTES = 256 * KIB;
    private static final int SMALL_FRAME = 300 * KIB;
    private static final int SMALL_ONES = 20;
    private static final int PIECE_BYTES = 64 * KIB;
    // Each loop may be in the middle of taking over a frame that has just doubled.
    private static final long OVERSHOOT_BYTES = 64L * MIB;
    // What resident memory may grow by at the bound: a quarter for what allocators keep, and the heap.
    private static final double RESIDENT_PER_BOUND = 1.25;
    private static final long RESIDENT_BESIDE_BYTES = 32L * MIB;
    // Room is made until 90 % are left: a little lower, as those being closed go together.
    private static final double LEAST_LEFT = 0.7;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    // Hundreds of threads that send as fast as they can share the machine with the pair.
    private static final long LONGEST_SILENCE_MS = 5_000;

    private static final int GROWN_BYTES = 1_000;

    private static final byte[] NOTHING = new byte[PIECE_BYTES];

    /** The most resident memory that was seen while it was watched. */
    private static final class Watch implements AutoCloseable {
        private final Thread thread;
        private volatile long mostBytes;
        private volatile boolean ended;

        Watch(BrokerProcess broker) {
            thread = new Thread(() -> {
                while (!ended) {
                    mostBytes = Math.max(mostBytes, broker.residentBytes());
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                }
            });
            thread.start();
        }

        long mostBytes() {
            return mostBytes;
        }

        @Override
        public void close() throws InterruptedException {
            ended = true;
            thread.join(PATIENCE.toMillis());
        }
    }

    @Test
    void theLargestGoAtTheBoundAndTheSmallestAreFinished() throws Exception {
        List<String> flags =
                new ArrayList<>(List.of("--stats-interval", "100ms", "--set", "transport.frame-timeout=10m"));
        if (!TestSize.isFull()) {
            flags.addAll(List.of("--set", "memory.max=512MiB"));
        }
        try (BrokerProcess broker = BrokerProcess.start("unfinished-frames", flags.toArray(String[]::new));
                WorkingPair pair = new WorkingPair(broker, "/topic/working");
                WorkingPair queuePair = new WorkingPair(broker, "/queue/working");
                PlainClient listener = new PlainClient(broker.host(), broker.port());
                Watch watch = new Watch(broker)) {
            StatsFollower stats = new StatsFollower(broker.statsFile());
            listener.subscribe("/topic/small");
            pair.awaitMore(1_000);
            queuePair.awaitMore(1_000);
            StatsSample before = stats.fresh();
            long bound = before.get("max_pinned_bytes");
            long residentBefore = broker.residentBytes();
            int largeOnes = Math.max(200, (int) (bound * 3 / 2 / LARGE_BYTES));

            List<PlainClient> small = small(broker);
            List<PlainClient> large = new ArrayList<>();
            try {
                stats.await(
                        "the small ones are begun",
                        PATIENCE,
                        sample -> sample.get("pinned_bytes") >= SMALL_ONES * SMALL_BYTES);
                large(broker, largeOnes, large);
                pair.awaitMore(1_000);
                // What clients have sent may still be on its way to the broker, and others closed for it.
                StatsSample[] settled = new StatsSample[1];
                Awaitility.await("as many have seen that they were closed as the broker has counted")
                        .atMost(PATIENCE)
                        .until(() -> {
                            settled[0] = stats.fresh();
                            return settled[0].closes(CloseReason.MEMORY) - before.closes(CloseReason.MEMORY)
                                    == closed(large);
                        });
                StatsSample full = settled[0];
                int closed = closed(large);
                long most = most(stats, "pinned_bytes");
                System.out.printf(
                        "%d x 15 MiB against %d MiB: %d closed, pinned at most %d MiB and then %d MiB, VmRSS %d MiB before, at most %d MiB and then"
                                + " %d MiB; %s; %s%n",
                        largeOnes,
                        bound / MIB,
                        closed,
                        most / MIB,
                        full.get("pinned_bytes") / MIB,
                        residentBefore / MIB,
                        watch.mostBytes() / MIB,
                        broker.residentBytes() / MIB,
                        pair,
                        queuePair);

                assertThat(full.closes(CloseReason.MEMORY) - before.closes(CloseReason.MEMORY))
                        .as("closed for memory")
                        .isPositive()
                        .isEqualTo(closed);
                assertThat(full.allCloses()).as("closed in all").isEqualTo(before.allCloses() + closed);
                assertThat(most).as("most pinned").isLessThanOrEqualTo(bound + OVERSHOOT_BYTES);
                assertThat(leastOnceFull(stats))
                        .as("least pinned since the first was closed")
                        .isGreaterThan((long) (bound * LEAST_LEFT));
                assertThat(full.get("dropped_messages.memory"))
                        .as("messages to subscribers dropped for memory")
                        .isZero();
                assertThat(watch.mostBytes() - residentBefore)
                        .as("growth of resident memory")
                        .isLessThanOrEqualTo((long) (bound * RESIDENT_PER_BOUND) + RESIDENT_BESIDE_BYTES);
                finish(small, listener);
            } finally {
                large.forEach(PlainClient::close);
                small.forEach(PlainClient::close);
            }
            queuePair.awaitMore(1_000);
            pair.finish();
            queuePair.finish();
            assertThat(pair.longestSilenceMs())
                    .as("longest silence at the topic")
                    .isLessThan(LONGEST_SILENCE_MS);
            stats.await("nothing is pinned", PATIENCE, sample -> sample.get("pinned_bytes") == 0);
            assertThat(BrokerLog.of(broker).alarms()).isEmpty();
        }
    }

    /** Clients that have begun a small frame. */
    private static List<PlainClient> small(BrokerProcess broker) throws IOException {
        List<PlainClient> small = new ArrayList<>();
        for (int i = 0; i < SMALL_ONES; i++) {
            PlainClient client = new PlainClient(broker.host(), broker.port());
            client.subscribe("/null");
            client.send(join(frame(utf8("/topic/small")), length(SMALL_FRAME)));
            client.send(smallPayload(i), 0, SMALL_BYTES);
            small.add(client);
        }
        return small;
    }

    private static byte[] smallPayload(int number) {
        byte[] payload = new byte[SMALL_FRAME];
        Arrays.fill(payload, (byte) (number + 1));
        ByteBuffer.wrap(payload).putInt(number);
        return payload;
    }

    /** The small frames are ended, and reach the listener whole. */
    private static void finish(List<PlainClient> small, PlainClient listener) throws IOException {
        TreeSet<Integer> came = new TreeSet<>();
        for (int i = 0; i < small.size(); i++) {
            small.get(i).send(smallPayload(i), SMALL_BYTES, SMALL_FRAME - SMALL_BYTES);
        }
        for (byte[] payload : listener.receiveMany(small.size())) {
            int number = ByteBuffer.wrap(payload).getInt();
            assertThat(payload).isEqualTo(smallPayload(number));
            came.add(number);
        }
        assertThat(came).as("small frames that came").hasSize(small.size());
        for (PlainClient client : small) {
            client.goodbye();
            assertThat(client.receiveRest(PATIENCE.toMillis()).ending()).isEqualTo(PlainClient.Ending.CLEAN);
        }
    }

    /** Begins large frames, all at the same time, until each is sent or its client closed. */
    private static void large(BrokerProcess broker, int count, List<PlainClient> clients) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            List<Future<?>> sending = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                PlainClient client = new PlainClient(broker.host(), broker.port());
                clients.add(client);
                sending.add(threads.submit(() -> sendUnlessClosed(client)));
            }
            for (Future<?> one : sending) {
                one.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static Void sendUnlessClosed(PlainClient client) throws IOException {
        client.sendUnlessClosed(join(frame(utf8("/null")), frame(utf8("/topic/large")), length(MAX_FRAME)));
        for (int sent = 0; sent < LARGE_BYTES; sent += PIECE_BYTES) {
            client.sendUnlessClosed(NOTHING);
        }
        return null;
    }

    /** How many of some clients the broker has closed. */
    private static int closed(List<PlainClient> clients) throws IOException {
        int closed = 0;
        for (PlainClient client : clients) {
            try {
                client.receive(1);
                throw new IllegalStateException("a message came to a client that is subscribed to nothing");
            } catch (PlainClient.ClosedByBroker e) {
                closed++;
            } catch (SocketTimeoutException e) {
                // It is open.
            }
        }
        return closed;
    }

    private static long leastOnceFull(StatsFollower stats) {
        return stats.samplesSoFar().stream()
                .dropWhile(sample -> sample.closes(CloseReason.MEMORY) == 0)
                .mapToLong(sample -> sample.get("pinned_bytes"))
                .min()
                .orElseThrow();
    }

    private static long most(StatsFollower stats, String name) {
        return stats.samplesSoFar().stream()
                .mapToLong(sample -> sample.get(name))
                .max()
                .orElseThrow();
    }

    @Test
    void memoryFollowsTheBytesReceivedAndNotThoseAnnounced() throws Exception {
        int clients = 1_000;
        try (BrokerProcess broker = BrokerProcess.start("announced-frames", "--stats-interval", "100ms")) {
            StatsFollower stats = new StatsFollower(broker.statsFile());
            List<PlainClient> announcing = new ArrayList<>();
            try {
                for (int i = 0; i < clients; i++) {
                    PlainClient client = new PlainClient(broker.host(), broker.port());
                    announcing.add(client);
                    client.send(join(frame(utf8("/null")), frame(utf8("/topic/large"))));
                }
                stats.await("all are connected", PATIENCE, sample -> sample.get("open_connections") == clients);
                long before = broker.residentBytes();
                for (PlainClient client : announcing) {
                    client.send(join(length(MAX_FRAME), new byte[1]));
                }
                stats.await("all frames are begun", PATIENCE, sample -> sample.get("pinned_bytes") >= 5L * clients);
                StatsSample begun = stats.fresh();
                assertThat(begun.get("pinned_bytes")).isLessThan(1L * MIB);
                // More than what is made for the smallest of beginnings: now each must grow.
                for (PlainClient client : announcing) {
                    client.send(new byte[GROWN_BYTES]);
                }
                stats.await(
                        "all frames have grown",
                        PATIENCE,
                        sample -> sample.get("pinned_bytes") >= (long) GROWN_BYTES * clients);
                StatsSample grown = stats.fresh();
                long growth = broker.residentBytes() - before;
                System.out.printf(
                        "1000 x 16 MiB announced: pinned %d bytes for a byte of each, %d bytes for %d; VmRSS grew by %d"
                                + " KiB%n",
                        begun.get("pinned_bytes"), grown.get("pinned_bytes"), 1 + GROWN_BYTES, growth / KIB);

                assertThat(grown.allCloses()).isZero();
                assertThat(grown.get("pinned_bytes")).isLessThan(2L * MIB);
                assertThat(growth).isLessThan(20L * MIB);
            } finally {
                announcing.forEach(PlainClient::close);
            }
            Awaitility.await("nothing is pinned").atMost(PATIENCE).until(() -> {
                StatsSample after = stats.fresh();
                return after.get("pinned_bytes") == 0 && after.closes(CloseReason.CUT_OFF) == clients;
            });
            assertThat(BrokerLog.of(broker).alarms()).isEmpty();
        }
    }
}

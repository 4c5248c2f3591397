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
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import plainsocket.PlainClient;
import plainsocket.PlainClient.Ending;
import plainsocket.PlainClient.Rest;

/** Clients that break the protocol cost only themselves. */
class HostileInputIT {
    private static final int ATTACKERS = 200;
    private static final int MAX_FRAME = 16 * 1024 * 1024 - 1;
    private static final long HANDSHAKE_TIMEOUT_MS = 5_000;
    // Longer than the handshake timeout, which is to be what ends an unfinished first frame.
    private static final long FRAME_TIMEOUT_MS = TestSize.pick(7_000, 30_000);
    // The broker looks twice a second; the rest is for a machine that is busy with something else. What a connection
    // was
    // closed for is told by the broker's counters, not by the time.
    private static final long LATE_MS = 8_000;
    private static final long LONGEST_SILENCE_MS = 3_000;
    private static final long MAX_GROWTH_BYTES = 50L * 1024 * 1024;
    private static final int LINES_A_MINUTE = 5;
    private static final Duration SUPPRESSED_TOLD = Duration.ofSeconds(70);

    /**
     * What one client does: it writes the pieces with a pause after each, and waits.
     *
     * @param pauseMs 0 to write all at once
     */
    private record Attack(String what, CloseReason reason, long pauseMs, List<byte[]> pieces) {}

    /** When a client was closed, counted from its connect and from the last byte it wrote. */
    private record Closed(Attack attack, long sinceConnectMs, long sinceWriteMs, int messages) {}

    private final long seed = TestSize.seed("HostileInputIT");
    private final Random random = new Random(seed);

    @Test
    void twoHundredAttackersAreClosedInTimeAndDisturbNobody() throws Exception {
        try (BrokerProcess broker = start();
                WorkingPair topic = new WorkingPair(broker, "/topic/working");
                WorkingPair queue = new WorkingPair(broker, "/queue/working")) {
            StatsFollower stats = new StatsFollower(broker.statsFile());
            warmUp(broker, topic, queue);
            StatsSample before = stats.fresh();
            long residentBefore = broker.residentBytes();

            List<Closed> closed = attack(broker, attacks());

            long residentAfter = broker.residentBytes();
            StatsSample after = stats.fresh();
            topic.awaitMore(1_000);
            queue.awaitMore(1_000);
            System.out.printf(
                    "200 attackers: closed %s; VmRSS %d -> %d KiB; %s; %s%n",
                    after.closes(), residentBefore / 1024, residentAfter / 1024, topic, queue);

            assertThat(closed).hasSize(ATTACKERS).allSatisfy(HostileInputIT::closedInTime);
            assertThat(difference(after, before)).isEqualTo(expectedCloses());
            assertThat(most(stats, "pinned_bytes")).isLessThan(MAX_GROWTH_BYTES);
            assertThat(residentAfter - residentBefore).isLessThan(MAX_GROWTH_BYTES);
            logIsBounded(broker, after);
            topic.finish();
            queue.finish();
            assertThat(topic.longestSilenceMs())
                    .as("longest silence at the topic")
                    .isLessThan(LONGEST_SILENCE_MS);
            assertThat(queue.longestSilenceMs())
                    .as("longest silence at the queue")
                    .isLessThan(LONGEST_SILENCE_MS);
        }
    }

    private static BrokerProcess start() throws IOException, InterruptedException {
        return BrokerProcess.start(
                "hostile-input",
                "--stats-interval",
                "100ms",
                "--set",
                "transport.frame-timeout=" + FRAME_TIMEOUT_MS + "ms");
    }

    /** Until memory no longer grows by what every broker does in its first seconds. */
    private void warmUp(BrokerProcess broker, WorkingPair topic, WorkingPair queue) throws Exception {
        List<Attack> few = attacks().stream()
                .filter(attack -> attack.reason() == CloseReason.UNKNOWN_PROTOCOL)
                .toList();
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        long before;
        do {
            before = broker.residentBytes();
            attack(broker, few);
            topic.awaitMore(10_000);
            queue.awaitMore(10_000);
        } while (broker.residentBytes() - before > 1024 * 1024 && System.nanoTime() - deadlineNs < 0);
        topic.forgetSilences();
        queue.forgetSilences();
    }

    // ---------------------------------------------------------------- the attacks

    /** Every kind of attack in turn, until there are enough. */
    private List<Attack> attacks() {
        List<Attack> attacks = new ArrayList<>();
        while (attacks.size() < ATTACKERS) {
            lengths(attacks);
            names(attacks);
            halves(attacks);
            strangers(attacks);
        }
        return attacks.subList(0, ATTACKERS);
    }

    private Map<CloseReason, Long> expectedCloses() {
        Map<CloseReason, Long> expected = new EnumMap<>(CloseReason.class);
        attacks().forEach(attack -> expected.merge(attack.reason(), 1L, Long::sum));
        return expected;
    }

    private static void add(List<Attack> attacks, String what, CloseReason reason, byte[]... parts) {
        attacks.add(new Attack(what, reason, 0, List.of(join(parts))));
    }

    /** Lengths beyond the limit: as the first thing sent, and wherever else a length may stand. */
    private static void lengths(List<Attack> attacks) {
        for (long announced : new long[] {MAX_FRAME + 1L, (1L << 31) - 1, 1L << 31, (1L << 32) - 1}) {
            byte[] length = length((int) announced);
            byte[] subscribed = frame(utf8("/null"));
            byte[] published = pair("/topic/nobody", new byte[10]);
            // What the native protocol announces first is a name, of which the first two bytes of a length tell that it
            // is none.
            add(attacks, announced + " first", CloseReason.UNKNOWN_PROTOCOL, length);
            add(attacks, announced + " first, and bytes", CloseReason.UNKNOWN_PROTOCOL, length, new byte[5_000]);
            add(attacks, announced + " as a name", CloseReason.FRAME_TOO_LONG, subscribed, length);
            add(attacks, announced + " as a later name", CloseReason.FRAME_TOO_LONG, subscribed, published, length);
            add(
                    attacks,
                    announced + " as a payload, and bytes",
                    CloseReason.FRAME_TOO_LONG,
                    subscribed,
                    frame(utf8("/topic/nobody")),
                    length,
                    new byte[100_000]);
        }
    }

    /** Names that are too long or not allowed. */
    private static void names(List<Attack> attacks) {
        byte[] subscribed = frame(utf8("/null"));
        add(attacks, "1025 as the first name", CloseReason.INVALID_NAME, length(1025));
        add(attacks, "65535 as the first name", CloseReason.INVALID_NAME, length(65_535), new byte[100]);
        add(attacks, "an empty first name", CloseReason.INVALID_NAME, length(0));
        add(attacks, "1025 as a name", CloseReason.INVALID_NAME, subscribed, length(1025));
        add(attacks, "the limit as a name", CloseReason.INVALID_NAME, subscribed, length(MAX_FRAME));
        add(
                attacks,
                "a line end in a name",
                CloseReason.INVALID_NAME,
                frame(utf8("/a\n2026-01-01T00:00:00Z ERROR x: y")));
        add(attacks, "not UTF-8", CloseReason.INVALID_NAME, subscribed, frame(new byte[] {'/', (byte) 0xc0, (byte) 0x80
        }));
        add(attacks, "a wildcard", CloseReason.INVALID_NAME, subscribed, pair("/topic/#", new byte[10]));
    }

    /** Frames that are begun and not ended, and nothing at all. */
    private static void halves(List<Attack> attacks) {
        byte[] name = frame(utf8("/null"));
        byte[] destination = frame(utf8("/topic/nobody"));
        add(attacks, "silence", CloseReason.HANDSHAKE_TIMEOUT);
        add(attacks, "one byte", CloseReason.HANDSHAKE_TIMEOUT, new byte[1]);
        add(attacks, "half a first length", CloseReason.HANDSHAKE_TIMEOUT, new byte[3]);
        add(attacks, "half a first name", CloseReason.HANDSHAKE_TIMEOUT, length(1024), new byte[512]);
        List<byte[]> drops = new ArrayList<>();
        for (byte each : join(length(1024), new byte[50])) {
            drops.add(new byte[] {each});
        }
        attacks.add(new Attack("a first frame byte by byte", CloseReason.HANDSHAKE_TIMEOUT, 300, drops));
        add(attacks, "half a length", CloseReason.FRAME_TIMEOUT, name, new byte[2]);
        add(attacks, "half a name", CloseReason.FRAME_TIMEOUT, name, length(100), utf8("/topic/no"));
        add(attacks, "half a payload's length", CloseReason.FRAME_TIMEOUT, name, destination, new byte[3]);
        add(attacks, "the limit and no byte of it", CloseReason.FRAME_TIMEOUT, name, destination, length(MAX_FRAME));
        add(
                attacks,
                "the limit and a byte",
                CloseReason.FRAME_TIMEOUT,
                name,
                destination,
                length(MAX_FRAME),
                new byte[1]);
        byte[] some = new byte[20_000];
        add(attacks, "the limit and some of it", CloseReason.FRAME_TIMEOUT, name, destination, length(MAX_FRAME), some);
    }

    /** Garbage, and greetings of other protocols. */
    private void strangers(List<Attack> attacks) {
        byte[] garbage = new byte[1 + random.nextInt(3_000)];
        random.nextBytes(garbage);
        garbage[0] = (byte) (0x80 | garbage[0]);
        add(attacks, "garbage", CloseReason.UNKNOWN_PROTOCOL, garbage);
        add(attacks, "garbage later", CloseReason.FRAME_TOO_LONG, frame(utf8("/null")), garbage, new byte[3]);
        String[] greetings = {
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            "CONNECT\naccept-version:1.2\n\n\0",
            "SSH-2.0-x\r\n",
            "\n\n\n\n",
            "PROXY TCP4 "
        };
        for (String greeting : greetings) {
            add(attacks, "a greeting", CloseReason.UNKNOWN_PROTOCOL, utf8(greeting));
        }
        add(attacks, "TLS", CloseReason.UNKNOWN_PROTOCOL, new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3});
        add(attacks, "MQTT", CloseReason.UNKNOWN_PROTOCOL, new byte[] {0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60
        });
    }

    // ---------------------------------------------------------------- attacking

    /** Runs all attacks at once, and waits until the broker has closed every one of them. */
    private static List<Closed> attack(BrokerProcess broker, List<Attack> attacks) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(attacks.size());
        try {
            List<Future<Closed>> attackers = new ArrayList<>();
            for (Attack attack : attacks) {
                attackers.add(threads.submit(() -> attack(broker, attack)));
            }
            List<Closed> closed = new ArrayList<>();
            for (Future<Closed> attacker : attackers) {
                closed.add(attacker.get(2, TimeUnit.MINUTES));
            }
            return closed;
        } finally {
            threads.shutdownNow();
        }
    }

    private static Closed attack(BrokerProcess broker, Attack attack) throws IOException {
        long connectNs = System.nanoTime();
        try (PlainClient client = new PlainClient(broker.host(), broker.port())) {
            long writeNs = System.nanoTime();
            for (byte[] piece : attack.pieces()) {
                client.sendUnlessClosed(piece);
                if (attack.pauseMs() > 0 && isClosedWithin(client, attack.pauseMs())) {
                    break;
                }
            }
            Rest rest = client.receiveRest(HANDSHAKE_TIMEOUT_MS + FRAME_TIMEOUT_MS + 3 * LATE_MS);
            int messages = rest.frames().size() + (rest.ending() == Ending.TORN ? 1 : 0);
            long nowNs = System.nanoTime();
            return new Closed(
                    attack,
                    TimeUnit.NANOSECONDS.toMillis(nowNs - connectNs),
                    TimeUnit.NANOSECONDS.toMillis(nowNs - writeNs),
                    messages);
        }
    }

    private static boolean isClosedWithin(PlainClient client, long timeoutMs) throws IOException {
        try {
            client.receive(timeoutMs);
            throw new IOException("a message came to a client that is subscribed to nothing");
        } catch (SocketTimeoutException e) {
            return false;
        } catch (PlainClient.ClosedByBroker e) {
            return true;
        }
    }

    // ---------------------------------------------------------------- what must hold

    private static void closedInTime(Closed closed) {
        assertThat(closed.messages())
                .as("what %s was sent", closed.attack().what())
                .isZero();
        switch (closed.attack().reason()) {
            case HANDSHAKE_TIMEOUT ->
                assertThat(closed.sinceConnectMs())
                        .as(closed.toString())
                        .isBetween(HANDSHAKE_TIMEOUT_MS, HANDSHAKE_TIMEOUT_MS + LATE_MS);
            case FRAME_TIMEOUT ->
                assertThat(closed.sinceWriteMs())
                        .as(closed.toString())
                        .isBetween(FRAME_TIMEOUT_MS, FRAME_TIMEOUT_MS + LATE_MS);
            default -> assertThat(closed.sinceConnectMs()).as(closed.toString()).isLessThan(LATE_MS);
        }
    }

    private static Map<CloseReason, Long> difference(StatsSample after, StatsSample before) {
        Map<CloseReason, Long> difference = new EnumMap<>(CloseReason.class);
        for (CloseReason reason : CloseReason.values()) {
            long count = after.closes(reason) - before.closes(reason);
            if (count != 0) {
                difference.put(reason, count);
            }
        }
        return difference;
    }

    private static long most(StatsFollower stats, String name) {
        return stats.samplesSoFar().stream()
                .mapToLong(sample -> sample.get(name))
                .max()
                .orElseThrow();
    }

    private static void logIsBounded(BrokerProcess broker, StatsSample after) {
        BrokerLog log = BrokerLog.of(broker);
        assertThat(log.alarms()).isEmpty();
        for (CloseReason reason : after.closes().keySet()) {
            int lines = log.mostCloseLinesAMinute(reason);
            if (reason.isWorthALine()) {
                assertThat(lines).as("lines about " + reason.text()).isBetween(1, LINES_A_MINUTE);
            } else {
                assertThat(lines).as("lines about " + reason.text()).isZero();
            }
        }
        if (TestSize.isFull()) {
            Awaitility.await("every close is in a line or in a number")
                    .atMost(SUPPRESSED_TOLD)
                    .untilAsserted(() -> everyCloseIsTold(BrokerLog.of(broker), after));
        }
    }

    private static void everyCloseIsTold(BrokerLog log, StatsSample after) {
        after.closes().forEach((reason, closes) -> {
            if (reason.isWorthALine()) {
                assertThat(log.closeLines(reason).size() + log.suppressed(reason))
                        .as("told of " + reason.text())
                        .isEqualTo(closes);
            }
        });
    }
}

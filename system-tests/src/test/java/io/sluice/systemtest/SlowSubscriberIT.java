package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.systemtest.StatsReader.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import plainsocket.PlainClient;

/** A subscriber that does not read, beside nine that do: what it costs, and whom. */
class SlowSubscriberIT {
    private static final String TOPIC = "/topic/slow";
    private static final int HEALTHY = 9;
    private static final long MIB = 1024 * 1024;

    /** Of what waits for one subscriber. */
    private static final long BOUND_BYTES = TestSize.pick(8, 64) * MIB;

    private static final long LARGEST_FRAME_BYTES = TestSize.pick(MIB, 16 * MIB - 1);
    private static final int LARGEST_PAYLOAD_BYTES = 64 * 1024;

    /** One batch, with what the allocator rounds it up by. */
    private static final long BATCH_BYTES = 96 * 1024;

    /** How far the slowest of the healthy may be behind the publisher. */
    private static final long WINDOW_BYTES = 2 * MIB;

    /**
     * Of what waited, so much may have come in after something was dropped: the kernel of a client that does not read takes
     * a little more now and then.
     */
    private static final double MOST_TRICKLED = 0.1;

    private static final long RECEIVE_MS = 60_000;
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final Pattern END_OF_EPISODE = Pattern.compile(" (caught up|left) after \\d+ ms; lost (\\d+) ");

    private final List<NumberedReader> healthy = new ArrayList<>();
    private long published;
    private long publishedBytes;

    @AfterEach
    void closeReaders() {
        healthy.forEach(NumberedReader::close);
    }

    @ParameterizedTest(name = "over {0}; in the end it has {1}")
    @CsvSource({"epoll, caught up", "epoll, left", "nio, caught up", "nio, left"})
    @Execution(ExecutionMode.CONCURRENT)
    void costsItsOwnMessagesAndNobodyElses(String transport, String end) throws Exception {
        Random random = new Random(TestSize.seed("SlowSubscriberIT"));
        try (BrokerProcess broker = start(transport, end)) {
            StatsReader stats = new StatsReader(broker.statsFile());
            for (int i = 0; i < HEALTHY; i++) {
                healthy.add(new NumberedReader(broker.port(), TOPIC, NumberedReader.consecutiveFrom(1)));
            }
            Set<String> healthyIds =
                    stats.await("the healthy", sample -> count(sample) == HEALTHY).subscribers().stream()
                            .map(each -> each.text("id"))
                            .collect(Collectors.toSet());
            // What such a load takes at all is not the slow subscriber's doing.
            publish(broker, 5 * BOUND_BYTES, random);
            ResidentMemory memory = new ResidentMemory(broker.pid());
            long residentBytes = memory.forgetMost();
            long firstForSlow = published + 1;

            try (PlainClient slow = new PlainClient(broker.host(), broker.port(), 4096)) {
                slow.subscribe(TOPIC);
                stats.await("the slow one, too", sample -> count(sample) == HEALTHY + 1);
                publish(broker, 10 * BOUND_BYTES, random);
                long grownBytes = memory.mostBytes() - residentBytes;
                Sample after = stats.fresh();
                System.out.printf(
                        "%s: resident memory grew from %d MiB by at most %d MiB; %d of %d messages were dropped%n",
                        transport,
                        residentBytes / MIB,
                        grownBytes / MIB,
                        after.sum("dropped_messages"),
                        published - firstForSlow + 1);
                assertThat(grownBytes).as("growth of memory").isLessThanOrEqualTo(BOUND_BYTES * 5 / 4 + 32_000_000);
                long dropped = droppedByTheSlowAlone(after, healthyIds);
                stats.all().forEach(SlowSubscriberIT::checkHeld);
                stats.await(
                        "only the slow one holds memory",
                        sample -> sample.number("pinned_bytes") <= BOUND_BYTES + BATCH_BYTES);

                if (end.equals("caught up")) {
                    receiveWhatWaits(slow, firstForSlow, published - firstForSlow + 1 - dropped);
                    long next = published + 1;
                    publish(broker, MIB, random);
                    receiveAll(slow, next, published);
                } else {
                    slow.close();
                    dropped = stats.await("it has left", sample -> count(sample) == HEALTHY)
                            .sum("dropped_messages");
                }
                checkEpisode(broker, end, dropped);
            }
        }
    }

    @ParameterizedTest(name = "over {0}")
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void isNotTakenForGoneWhileItLives(String transport) throws Exception {
        try (BrokerProcess broker = start(transport, "survives", "--set=transport.user-timeout=1 s");
                PlainClient slow = new PlainClient(broker.host(), broker.port(), 4096)) {
            StatsReader stats = new StatsReader(broker.statsFile());
            slow.subscribe(TOPIC);
            stats.await("it", sample -> count(sample) == 1);
            publish(broker, 2 * BOUND_BYTES, new Random(TestSize.seed("SlowSubscriberIT")));
            // Its window stays closed, and its machine answers.
            await().during(Duration.ofSeconds(6)).atMost(TIMEOUT).until(() -> count(stats.fresh()) == 1);
            long dropped = stats.fresh().sum("dropped_messages");
            assertThat(dropped).isPositive();
            receiveWhatWaits(slow, 1, published - dropped);
            long next = published + 1;
            publish(broker, 1, new Random());
            receiveAll(slow, next, published);
        }
    }

    private static BrokerProcess start(String transport, String end, String... more)
            throws IOException, InterruptedException {
        List<String> flags = new ArrayList<>(List.of(
                "--stats-interval=100ms",
                "--set=transport.type=" + transport,
                "--set=native.max-frame=" + LARGEST_FRAME_BYTES + " B",
                "--set=delivery.send-queue.max-bytes=" + BOUND_BYTES + " B"));
        flags.addAll(List.of(more));
        return BrokerProcess.start("slow-" + transport + "-" + end.replace(' ', '-'), flags.toArray(String[]::new));
    }

    /** Publishes messages of all sizes, no faster than the slowest of the healthy reads; they have come when it returns. */
    private void publish(BrokerProcess broker, long payloadBytes, Random random) throws IOException {
        try (NumberedMessages messages = new NumberedMessages(broker.port(), TOPIC)) {
            long beforeBytes = publishedBytes;
            while (messages.payloadBytes() < payloadBytes) {
                // As many of some bytes as of many kilobytes.
                int magnitude = NumberedMessages.SMALLEST_BYTES << random.nextInt(13);
                messages.publish(++published, Math.min(LARGEST_PAYLOAD_BYTES, magnitude + random.nextInt(magnitude)));
                publishedBytes = beforeBytes + messages.payloadBytes();
                if (publishedBytes - leastReceivedBytes() > WINDOW_BYTES) {
                    messages.flush();
                    awaitHealthy(publishedBytes - WINDOW_BYTES);
                }
            }
            messages.settle();
        }
        awaitHealthy(publishedBytes);
    }

    private void awaitHealthy(long receivedBytes) {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(TIMEOUT)
                .until(() -> {
                    healthy.forEach(NumberedReader::check);
                    return leastReceivedBytes() >= receivedBytes;
                });
    }

    private long leastReceivedBytes() {
        return healthy.stream().mapToLong(NumberedReader::receivedBytes).min().orElse(publishedBytes);
    }

    private static int count(Sample sample) {
        return sample.subscribers().size();
    }

    /** How many messages the slow one lost; the others have lost none. */
    private static long droppedByTheSlowAlone(Sample sample, Set<String> healthyIds) {
        for (Sample subscriber : sample.subscribers()) {
            boolean isHealthy = healthyIds.contains(subscriber.text("id"));
            long dropped = subscriber.sum("dropped_messages");
            if (isHealthy) {
                assertThat(dropped).as("%s", subscriber).isZero();
                assertThat(subscriber.number("slow_episodes"))
                        .as("%s", subscriber)
                        .isZero();
            } else {
                assertThat(dropped).as("%s", subscriber).isPositive().isEqualTo(sample.sum("dropped_messages"));
                assertThat(subscriber.number("dropped_messages", "overflow")).isEqualTo(dropped);
                assertThat(subscriber.number("slow_episodes"))
                        .as("%s", subscriber)
                        .isEqualTo(1);
                assertThat(subscriber.flag("slow")).as("%s", subscriber).isTrue();
            }
        }
        return sample.sum("dropped_messages");
    }

    private static void checkHeld(Sample sample) {
        for (Sample subscriber : sample.subscribers()) {
            assertThat(subscriber.number("held_bytes"))
                    .as("%s", subscriber)
                    .isLessThanOrEqualTo(BOUND_BYTES + BATCH_BYTES);
        }
        assertThat(sample.number("pinned_bytes"))
                .as("%s", sample)
                .isLessThanOrEqualTo(BOUND_BYTES + BATCH_BYTES + 2 * WINDOW_BYTES);
    }

    /** Reads all that was not dropped, whole and in order: the first ones, and then what trickled in. */
    private static void receiveWhatWaits(PlainClient slow, long first, long count) throws IOException {
        long last = first - 1;
        long withoutGap = 0;
        for (long i = 0; i < count; i++) {
            long number = NumberedMessages.numberOf(slow.receive(RECEIVE_MS));
            assertThat(number).as("after %d", last).isGreaterThan(last);
            withoutGap += number == first + i ? 1 : 0;
            last = number;
        }
        assertThat(withoutGap).as("the first ones of %d that waited", count).isGreaterThan((long)
                (count * (1 - MOST_TRICKLED)));
    }

    /** Reads these messages, and nothing before them. */
    private static void receiveAll(PlainClient slow, long first, long last) throws IOException {
        for (long number = first; number <= last; number++) {
            assertThat(NumberedMessages.numberOf(slow.receive(RECEIVE_MS))).isEqualTo(number);
        }
    }

    private static void checkEpisode(BrokerProcess broker, String end, long lost)
            throws IOException, InterruptedException {
        broker.stop();
        List<String> lines = Files.readAllLines(broker.out()).stream()
                .filter(line -> line.contains(" slow: "))
                .toList();
        assertThat(lines).as("one beginning and one end").hasSize(2);
        assertThat(lines.get(0)).contains("slow subscriber c-", "127.0.0.1:", TOPIC, " messages", " bytes of memory");
        Matcher matcher = END_OF_EPISODE.matcher(lines.get(1));
        assertThat(matcher.find()).as(lines.get(1)).isTrue();
        assertThat(matcher.group(1)).isEqualTo(end);
        assertThat(Long.parseLong(matcher.group(2))).as(lines.get(1)).isEqualTo(lost);
    }
}

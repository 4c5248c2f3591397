package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.message.MessageBatch;
import io.sluice.systemtest.StatsReader.Sample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import plainsocket.PlainClient;

/**
 * Tiny messages that come one by one, for a subscriber that does not read: what is around each of them must neither
 * outgrow the bound nor fill the heap.
 */
class TinyMessagesIT {
    private static final String TOPIC = "/topic/tiny";
    private static final int HEALTHY = 9;
    private static final int PAYLOAD_BYTES = NumberedMessages.SMALLEST_BYTES;
    private static final int PER_SECOND = 15_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SECONDS = TestSize.pick(10, 300);
    private static final int WARM_UP_SECONDS = TestSize.pick(4, 20);

    /** A tenth of what is published, and less. */
    private static final long BOUND_BYTES = TestSize.pick(192, 6 * 1024) * 1024L;

    /** One batch, with what the allocator rounds it up by. */
    private static final long BATCH_BYTES = 96 * 1024;

    /** How far the publisher may be ahead of the slowest of the healthy: less than their bound, each in a batch of its own. */
    private static final int AHEAD = TestSize.pick(300, 5_000);

    /** How much the healthy may hold together; they share it. */
    private static final long SHARED_BYTES = 4 * 1024 * 1024;

    /** What is around a batch takes so much of the heap, or more; all together no more than the bound. */
    private static final long MOST_BATCHES = BOUND_BYTES / 256;

    /** A line of a class histogram. */
    private static final Pattern BATCHES =
            Pattern.compile("(?m)^ *\\d+: +(\\d+) +\\d+ +" + Pattern.quote(MessageBatch.class.getName()) + "\\b");

    private final List<NumberedReader> healthy = new ArrayList<>();
    private long published;

    @AfterEach
    void closeReaders() {
        healthy.forEach(NumberedReader::close);
    }

    @ParameterizedTest(name = "over {0}")
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void costNoMoreMemoryThanTheBound(String transport) throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(
                        "tiny-" + transport,
                        Map.of("SLUICE_JAVA_OPTS", "-Xmx512m"),
                        "--stats-interval=100ms",
                        "--set=transport.type=" + transport,
                        "--set=native.max-frame=64 KiB",
                        "--set=delivery.send-queue.max-bytes=" + BOUND_BYTES + " B");
                NumberedMessages messages = new NumberedMessages(broker.port(), TOPIC)) {
            StatsReader stats = new StatsReader(broker.statsFile());
            for (int i = 0; i < HEALTHY; i++) {
                healthy.add(new NumberedReader(broker.port(), TOPIC, NumberedReader.consecutiveFrom(1)));
            }
            stats.await("the healthy", sample -> sample.subscribers().size() == HEALTHY);
            publishOneByOne(messages, PER_SECOND * WARM_UP_SECONDS);
            ResidentMemory memory = new ResidentMemory(broker.pid());
            long residentBytes = memory.forgetMost();
            long before = published;

            try (PlainClient slow = new PlainClient("127.0.0.1", broker.port(), 4096)) {
                slow.subscribe(TOPIC);
                stats.await("the slow one, too", sample -> sample.subscribers().size() == HEALTHY + 1);
                long beganNs = System.nanoTime();
                publishOneByOne(messages, PER_SECOND * SECONDS);
                double seconds = (System.nanoTime() - beganNs) / 1e9;
                Sample after = stats.fresh();
                Sample ofSlow = slowOne(after);
                long grownBytes = memory.mostBytes() - residentBytes;
                System.out.printf(
                        "%s: %d messages, %.0f a second; the slow one holds %d messages, %d bytes (bound %d); resident"
                                + " memory grew from %d KiB by at most %d KiB%n",
                        transport,
                        published - before,
                        (published - before) / seconds,
                        ofSlow.number("held_messages"),
                        ofSlow.number("held_bytes"),
                        BOUND_BYTES,
                        residentBytes / 1024,
                        grownBytes / 1024);
                assertThat((published - before) * PAYLOAD_BYTES).isGreaterThanOrEqualTo(10 * BOUND_BYTES);
                assertThat(ofSlow.number("dropped_messages", "overflow")).isPositive();
                assertThat(after.sum("dropped_messages")).isEqualTo(ofSlow.sum("dropped_messages"));
                stats.all().forEach(TinyMessagesIT::checkHeld);
                assertThat(grownBytes).as("growth of memory").isLessThanOrEqualTo(BOUND_BYTES * 5 / 4 + 32_000_000);
                // The healthy hold nothing any more: all that is kept alive is the slow one's.
                stats.await(
                        "only the slow one holds memory",
                        sample -> sample.number("pinned_bytes") <= BOUND_BYTES + BATCH_BYTES);
                long batches = liveBatches(broker);
                System.out.printf("%s: they are in %d batches%n", transport, batches);
                assertThat(batches).as("batches alive").isBetween(1L, MOST_BATCHES);
            }
        }
    }

    /** How many batches of messages the broker holds when all garbage is collected. */
    private static long liveBatches(BrokerProcess broker) throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process histogram = new ProcessBuilder(jcmd, Long.toString(broker.pid()), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String printed = new String(histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(histogram.waitFor()).as(printed).isZero();
        Matcher batches = BATCHES.matcher(printed);
        assertThat(batches.find()).as("there are batches in: %s", printed).isTrue();
        return Long.parseLong(batches.group(1));
    }

    /**
     * Publishes one message a write, no faster than the slowest of the healthy reads: whoever does not get the processor for
     * a moment has no more than its bound to catch up with. When it returns, the healthy have got them all.
     */
    private void publishOneByOne(NumberedMessages messages, int count) throws IOException {
        long beganNs = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long dueNs = beganNs + TimeUnit.SECONDS.toNanos(i) / PER_SECOND;
            long earlyNs;
            while ((earlyNs = dueNs - System.nanoTime()) > 0) {
                LockSupport.parkNanos(earlyNs);
            }
            if (published - leastReceived() >= AHEAD) {
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(1))
                        .atMost(PATIENCE)
                        .until(() -> published - leastReceived() < AHEAD);
            }
            messages.publish(++published, PAYLOAD_BYTES);
            messages.flush();
        }
        await().atMost(PATIENCE).until(() -> leastReceived() == published);
    }

    private long leastReceived() {
        long least = published;
        for (NumberedReader reader : healthy) {
            reader.check();
            least = Math.min(least, reader.received());
        }
        return least;
    }

    /** The one that has dropped messages. */
    private static Sample slowOne(Sample sample) {
        List<Sample> slow = sample.subscribers().stream()
                .filter(each -> each.sum("dropped_messages") > 0)
                .toList();
        assertThat(slow).as("subscribers that lost messages").hasSize(1);
        return slow.get(0);
    }

    private static void checkHeld(Sample sample) {
        for (Sample subscriber : sample.subscribers()) {
            assertThat(subscriber.number("held_bytes"))
                    .as("%s", subscriber)
                    .isLessThanOrEqualTo(BOUND_BYTES + BATCH_BYTES);
        }
        assertThat(sample.number("pinned_bytes"))
                .as("%s", sample)
                .isLessThanOrEqualTo(BOUND_BYTES + BATCH_BYTES + SHARED_BYTES);
    }
}

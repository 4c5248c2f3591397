package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A queue without subscriber: it fills to its bound and stops its publishers, theirs alone, and keeps what it took. */
class QueueBacklogIT {
    private static final int PUBLISHERS = 3;
    private static final int MESSAGES_EACH = TestSize.pick(20_000, 100_000);
    private static final long BOUND_BYTES = 4 << 20;
    private static final int LARGEST_FRAME_BYTES = 64 * 1024;

    /** One read of each publisher, and one frame, may have been on their way when the bound was reached. */
    private static final long SLACK_BYTES = PUBLISHERS * 2L * (64 * 1024 + LARGEST_FRAME_BYTES);

    /** Of 100 ms each. */
    private static final int STILL_SAMPLES = 5;

    /** What kernels may still take after they stood still; a broker that reads takes this in a millisecond. */
    private static final long TRICKLED_BYTES = 256 * 1024;

    private static final double LEAST_RATE = 0.8;

    @Test
    void stopsItsPublishersAloneAndDeliversAllInOrderLater() throws Exception {
        long seed = TestSize.seed("QueueBacklogIT");
        Bystanders.Rates kept;
        // One event loop: whoever held it up would hold up all.
        try (BrokerProcess broker = BrokerProcess.start(
                        "queue-backlog",
                        "--stats-interval",
                        "200ms",
                        "--set",
                        "transport.event-loops=1",
                        "--set",
                        "native.max-frame=" + LARGEST_FRAME_BYTES + "B",
                        "--set",
                        "queues.max-bytes=" + BOUND_BYTES + "B");
                Bystanders bystanders = new Bystanders(broker, seed);
                LoadLoop loop = new LoadLoop("backlog")) {
            kept = bystanders.kept(
                    "QueueBacklogIT", LEAST_RATE, round -> fillAndEmpty(broker, bystanders, loop, round, seed + round));
            bystanders.finish();
            assertThat(LoadRun.stop(broker).sum("dropped_messages")).isZero();
        }
        assertThat(kept.isAtLeast(LEAST_RATE)).as(kept.toString()).isTrue();
    }

    /** Returns the rates of the others while the queue was full. */
    private static Bystanders.Rates fillAndEmpty(
            BrokerProcess broker, Bystanders bystanders, LoadLoop loop, int round, long seed) throws Exception {
        String queue = "/queue/backlog/" + round;
        MessagePlan plan = new MessagePlan(seed, MessagePlan.Sizes.between(MessagePlan.IDENTIFIED_BYTES, 4096));
        QueueAudit audit = new QueueAudit(plan, PUBLISHERS, round);
        List<LoadClient> publishers = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            publishers.add(LoadClient.publisher(loop, broker, new QueueFeed(plan, i, round, queue, MESSAGES_EACH)));
        }
        StatsReader stats = new StatsReader(broker.statsFile());
        stats.await("a full queue", sample -> sample.number("waiting_publishers") == PUBLISHERS);
        LoadRun.await("writes stand still", loop).until(() -> standStill(publishers));
        long written = written(publishers);
        Bystanders.Rates meanwhile = bystanders.measure();
        StatsReader.Sample full = stats.fresh();
        assertThat(written(publishers))
                .as("bytes the full queue's publishers could write")
                .isBetween(written, written + TRICKLED_BYTES);
        assertThat(full.number("waiting_bytes")).isBetween(BOUND_BYTES, BOUND_BYTES + SLACK_BYTES);

        LoadClient subscriber = LoadClient.subscriber(loop, broker, queue, audit.share("late subscriber"));
        audit.await((long) PUBLISHERS * MESSAGES_EACH, loop);
        LoadRun.awaitEnd(publishers, loop);
        subscriber.goodbye();
        LoadRun.awaitEnd(List.of(subscriber), loop);
        long[] sent = new long[PUBLISHERS];
        Arrays.fill(sent, MESSAGES_EACH);
        audit.checkComplete(sent);
        return meanwhile;
    }

    /** Whether nobody could write anything for half a second: kernels enlarge their buffers for a while after writes first blocked. */
    private static boolean standStill(List<LoadClient> publishers) throws InterruptedException {
        long before = written(publishers);
        boolean still = publishers.stream().allMatch(LoadClient::isBlocked);
        for (int i = 0; still && i < STILL_SAMPLES; i++) {
            Thread.sleep(100);
            still = written(publishers) == before;
        }
        return still;
    }

    private static long written(List<LoadClient> clients) {
        return clients.stream().mapToLong(LoadClient::writtenBytes).sum();
    }
}

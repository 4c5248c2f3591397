package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongToIntFunction;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A subscriber of a queue that never reads: what it may hoard, for how long, and that nothing of it is lost. */
class StalledQueueSubscriberIT {
    private static final String QUEUE = "/queue/stalled";
    private static final Duration STALL_TIMEOUT = Duration.ofSeconds(TestSize.pick(3, 30));
    private static final int SMALL_RECEIVE_BYTES = 8 * 1024;
    private static final int MESSAGE_BYTES = 1024;
    private static final long MESSAGES_A_SECOND = 20_000;

    private static final long MORE = 3000;
    private static final int HEADER_BYTES = 4;

    /** More than a window and what the system may take, so that most of it stays in the queue. */
    private static final long BACKLOG = 30_000;

    private static final long WINDOW_BYTES = 1 << 20;

    /** A bound is reached by what makes it full: a batch, with what is around it. */
    private static final long BATCH_BYTES = 64 * 1024 + 4096;

    /** What is on its way to the socket, with its batches' memory, which stays until the system has let go of them. */
    private static final long IN_FLIGHT_BYTES = 256 * 1024;

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"auto", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void hoardsItsWindowAtMostAndThenNothingUntilItReads(String transport) throws Exception {
        long seed = TestSize.seed("StalledQueueSubscriberIT beside others, " + transport);
        MessagePlan plan = new MessagePlan(seed, MessagePlan.Sizes.between(MESSAGE_BYTES, MESSAGE_BYTES));
        QueueAudit audit = new QueueAudit(plan, 2, 0);
        QueueFeed first = new QueueFeed(plan, 0, 0, QUEUE, Long.MAX_VALUE, QueueFeed.everySecond(MESSAGES_A_SECOND));
        StatsReader.Sample last;
        try (BrokerProcess broker = start("stalled-beside-others-", transport);
                LoadLoop loop = new LoadLoop("stalled");
                Confirmations confirmations = new Confirmations(loop, broker)) {
            QueueAudit.Share stalledShare = audit.share("stalled");
            LoadClient stalled = confirmations.subscriber(QUEUE, SMALL_RECEIVE_BYTES, Feed.NOTHING, stalledShare);
            stalled.stopReading();
            String address = stalled.address();
            List<LoadClient> healthy = List.of(
                    confirmations.subscriber(QUEUE, audit.share("healthy 1").mayGoBack()),
                    confirmations.subscriber(QUEUE, audit.share("healthy 2").mayGoBack()));
            confirmations.await();

            LoadClient publisher = LoadClient.publisher(loop, broker, first);
            StatsReader stats = new StatsReader(broker.statsFile());
            stats.await("the stalled subscriber's window", sample -> heldBytes(sample, address) > WINDOW_BYTES / 2);
            // Not of the first sample alone: when the kernel takes a little more, it gets another window for a while.
            stats.await(
                    "what returns",
                    sample -> sample.number("messages_returned") > 0 && heldBytes(sample, address) < IN_FLIGHT_BYTES);
            assertThat(stats.all())
                    .allSatisfy(sample -> assertThat(heldBytes(sample, address))
                            .as(sample.toString())
                            .isLessThanOrEqualTo(WINDOW_BYTES + BATCH_BYTES));
            first.stop();
            LoadRun.awaitEnd(List.of(publisher), loop);

            // All but what the system has taken, and the rest of a message it has begun to take, goes to others.
            LoadRun.await("others have what the system has not taken", loop)
                    .until(() -> audit.received() == first.sent() - begun(broker, stalled, sequence -> MESSAGE_BYTES));
            long taken = first.sent() - audit.received();
            stalled.startReading();
            audit.await(first.sent(), loop);
            assertThat(stalledShare.receivedMessages()).isEqualTo(taken);

            LoadClient second = LoadClient.publisher(loop, broker, new QueueFeed(plan, 1, 0, QUEUE, MORE));
            LoadRun.awaitEnd(List.of(second), loop);
            audit.await(first.sent() + MORE, loop);
            assertThat(stalledShare.receivedMessages() - taken)
                    .as("back in the turn")
                    .isPositive();
            stalled.goodbye();
            healthy.forEach(LoadClient::goodbye);
            LoadRun.awaitEnd(List.of(stalled), loop);
            LoadRun.awaitEnd(healthy, loop);
            last = LoadRun.stop(broker);
        }
        audit.checkComplete(first.sent(), MORE);
        assertThat(last.sum("dropped_messages")).as("dropped: %s", last).isZero();
        assertThat(last.number("pinned_bytes")).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"auto", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void returnsItsMessagesInOrderBeforeThoseNotYetAssigned(String transport) throws Exception {
        long seed = TestSize.seed("StalledQueueSubscriberIT order, " + transport);
        MessagePlan plan =
                new MessagePlan(seed, MessagePlan.Sizes.between(MessagePlan.IDENTIFIED_BYTES, 2 * MESSAGE_BYTES));
        QueueAudit audit = new QueueAudit(plan, 1, 0);
        QueueAudit.Share stalledShare = audit.share("stalled");
        QueueAudit.Share lateShare = audit.share("late");
        long taken;
        try (BrokerProcess broker = start("stalled-order-", transport);
                LoadLoop loop = new LoadLoop("stalled");
                Confirmations confirmations = new Confirmations(loop, broker)) {
            LoadClient stalled = confirmations.subscriber(QUEUE, SMALL_RECEIVE_BYTES, Feed.NOTHING, stalledShare);
            stalled.stopReading();
            confirmations.await();
            LoadClient publisher = LoadClient.publisher(loop, broker, new QueueFeed(plan, 0, 0, QUEUE, BACKLOG));
            LoadRun.awaitEnd(List.of(publisher), loop);
            StatsReader stats = new StatsReader(broker.statsFile());
            String address = stalled.address();
            // Counted by the broker itself: what returns first may have done so before the first sample is read.
            StatsReader.Sample returned = stats.await(
                    "what returns",
                    sample -> sample.number("messages_returned") > 0 && heldBytes(sample, address) < IN_FLIGHT_BYTES);
            assertThat(returned.number("waiting_messages") - returned.number("messages_returned"))
                    .as("never assigned")
                    .isPositive();

            LoadClient late = LoadClient.subscriber(loop, broker, QUEUE, lateShare);
            LoadRun.await("the late one has what the system has not taken", loop)
                    .until(() -> audit.received()
                            == BACKLOG - begun(broker, stalled, sequence -> plan.size(0, 0, sequence)));
            taken = BACKLOG - audit.received();
            stalled.startReading();
            audit.await(BACKLOG, loop);
            late.goodbye();
            stalled.goodbye();
            LoadRun.awaitEnd(List.of(late, stalled), loop);
            assertThat(LoadRun.stop(broker).sum("dropped_messages")).isZero();
        }
        audit.checkComplete(BACKLOG);
        // Each share came in ascending order. The late one's is without gap: what returned, then what was not assigned.
        assertThat(lateShare.receivedMessages()).isEqualTo(BACKLOG - taken);
        assertThat(lateShare.lowest()).isEqualTo(taken);
        assertThat(lateShare.largestStep(0)).isEqualTo(1);
        assertThat(stalledShare.receivedMessages()).isEqualTo(taken);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"auto", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void keepsItsConnectionForLongerThanTheUserTimeout(String transport) throws Exception {
        long seed = TestSize.seed("StalledQueueSubscriberIT user timeout, " + transport);
        MessagePlan plan = new MessagePlan(seed, MessagePlan.Sizes.between(MESSAGE_BYTES, MESSAGE_BYTES));
        QueueAudit audit = new QueueAudit(plan, 1, 0);
        try (BrokerProcess broker = start("stalled-user-timeout-", transport, "--set", "transport.user-timeout=2s");
                LoadLoop loop = new LoadLoop("stalled");
                Confirmations confirmations = new Confirmations(loop, broker)) {
            LoadClient stalled =
                    confirmations.subscriber(QUEUE, SMALL_RECEIVE_BYTES, Feed.NOTHING, audit.share("stalled"));
            stalled.stopReading();
            confirmations.await();
            LoadClient publisher = LoadClient.publisher(loop, broker, new QueueFeed(plan, 0, 0, QUEUE, BACKLOG));
            LoadRun.awaitEnd(List.of(publisher), loop);
            long closedNs = System.nanoTime();
            LoadRun.await("the window was closed for four times the timeout", loop)
                    .until(() -> LoadRun.secondsSince(closedNs) > 8);
            stalled.startReading();
            audit.await(BACKLOG, loop);
            stalled.goodbye();
            LoadRun.awaitEnd(List.of(stalled), loop);
        }
        audit.checkComplete(BACKLOG);
    }

    private static BrokerProcess start(String name, String transport, String... flags) throws Exception {
        List<String> all = new ArrayList<>(List.of(
                "--stats-interval",
                "200ms",
                "--set",
                "transport.type=" + transport,
                "--set",
                "queues.stall-timeout=" + STALL_TIMEOUT.toSeconds() + "s"));
        all.addAll(List.of(flags));
        return BrokerProcess.start(name + transport, all.toArray(String[]::new));
    }

    private static long heldBytes(StatsReader.Sample sample, String address) {
        return sample.subscribers().stream()
                .filter(subscriber -> subscriber.text("remote_address").equals(address))
                .mapToLong(subscriber -> subscriber.number("held_bytes"))
                .sum();
    }

    /** How many messages the system has begun to take for a client that does not read; now, as it may take more. */
    private static long begun(BrokerProcess broker, LoadClient client, LongToIntFunction sizes) throws IOException {
        long messages = 0;
        long rest = KernelBuffers.unreadBytes(broker, client);
        while (rest > 0) {
            rest -= HEADER_BYTES + sizes.applyAsInt(messages);
            messages++;
        }
        return messages;
    }
}

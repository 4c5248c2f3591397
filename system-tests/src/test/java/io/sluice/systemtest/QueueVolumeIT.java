package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** One queue and ten subscribers: each message comes to one of them, and all get as much. */
class QueueVolumeIT {
    private static final String QUEUE = "/queue/volume";
    private static final int SUBSCRIBERS = 10;
    private static final int PUBLISHERS = 4;
    private static final int MESSAGES = TestSize.pick(200_000, 1_000_000);

    /** All ten read at the same rate, in all so many messages a second: less than is published. */
    private static final int MESSAGES_A_SECOND = 100_000;

    /**
     * A queue that pushes back has found all windows full, and then the turn skips whoever still is: what comes next goes
     * to whoever makes room first. So a share goes by how fast its subscriber reads. In the end one may have a full window
     * and full buffers in the system, and another none.
     */
    private static final double TOLERANCE_PERCENT = TestSize.pick(20, 10);

    private static final int SMALL_RECEIVE_BYTES = 64 * 1024;

    @Test
    void deliversEachMessageOnceInEqualSharesWhenPublishersArePushedBack() throws Exception {
        long seed = TestSize.seed("QueueVolumeIT pushed back");
        MessagePlan plan = new MessagePlan(seed, MessagePlan.Sizes.between(MessagePlan.IDENTIFIED_BYTES, 512));
        QueueAudit audit = new QueueAudit(plan, PUBLISHERS, 0);
        long each = MESSAGES / PUBLISHERS;
        List<QueueAudit.Share> shares;
        StatsReader.Sample last;
        // Little room everywhere, also in the system.
        try (BrokerProcess broker = BrokerProcess.start(
                        "queue-volume-pushed-back",
                        "--set",
                        "native.max-frame=64KiB",
                        "--set",
                        "transport.send-buffer=128KiB",
                        "--set",
                        "queues.max-bytes=1MiB",
                        "--set",
                        "queues.window-bytes=128KiB");
                LoadLoop sending = new LoadLoop("publishers");
                LoadLoop receiving = new LoadLoop("subscribers");
                Confirmations confirmations = new Confirmations(receiving, broker)) {
            List<LoadClient> subscribers = new ArrayList<>();
            shares = subscribe(confirmations, audit, subscribers);
            long beginNs = System.nanoTime();
            LongSupplier allowed = QueueFeed.everySecond(MESSAGES_A_SECOND / SUBSCRIBERS);
            subscribers.forEach(subscriber -> subscriber.readAtMost(allowed));
            List<LoadClient> publishers = new ArrayList<>();
            for (int i = 0; i < PUBLISHERS; i++) {
                publishers.add(LoadClient.publisher(sending, broker, new QueueFeed(plan, i, 0, QUEUE, each)));
            }
            end(publishers, subscribers, audit, MESSAGES, sending, receiving);
            System.out.printf(
                    "QueueVolumeIT: %,d messages, %,.0f/s, shares %s%n",
                    audit.received(), audit.received() / LoadRun.secondsSince(beginNs), shares);
            last = LoadRun.stop(broker);
        }
        audit.checkComplete(each, each, each, each);
        assertThat(last.number("push_backs")).as("push-backs").isPositive();
        assertThat(last.sum("dropped_messages")).as("dropped: %s", last).isZero();
        assertThat(last.number("messages_returned")).isZero();
        assertThat(shares)
                .allSatisfy(share -> assertThat(share.receivedMessages())
                        .isCloseTo(MESSAGES / SUBSCRIBERS, withPercentage(TOLERANCE_PERCENT)));
    }

    @Test
    void dealsStrictlyInTurnWhileAllHaveRoom() throws Exception {
        long seed = TestSize.seed("QueueVolumeIT in turn");
        MessagePlan plan = new MessagePlan(seed, MessagePlan.Sizes.between(MessagePlan.IDENTIFIED_BYTES, 512));
        QueueAudit audit = new QueueAudit(plan, 1, 0);
        List<QueueAudit.Share> shares;
        StatsReader.Sample last;
        try (BrokerProcess broker = BrokerProcess.start("queue-volume-in-turn");
                LoadLoop sending = new LoadLoop("publishers");
                LoadLoop receiving = new LoadLoop("subscribers");
                Confirmations confirmations = new Confirmations(receiving, broker)) {
            List<LoadClient> subscribers = new ArrayList<>();
            shares = subscribe(confirmations, audit, subscribers);
            // Even if all were for one subscriber, they would not fill its window.
            long ahead = 500;
            QueueFeed feed = new QueueFeed(plan, 0, 0, QUEUE, MESSAGES, () -> audit.received() + ahead);
            LoadClient publisher = LoadClient.publisher(sending, broker, feed);
            end(List.of(publisher), subscribers, audit, MESSAGES, sending, receiving);
            last = LoadRun.stop(broker);
        }
        audit.checkComplete(MESSAGES);
        assertThat(last.number("push_backs")).as("push-backs").isZero();
        assertThat(shares).allSatisfy(share -> {
            assertThat(share.receivedMessages()).as(share.toString()).isEqualTo(MESSAGES / SUBSCRIBERS);
            assertThat(share.largestStep(0)).as("messages from turn to turn").isEqualTo(SUBSCRIBERS);
        });
    }

    private static List<QueueAudit.Share> subscribe(
            Confirmations confirmations, QueueAudit audit, List<LoadClient> subscribers) throws Exception {
        List<QueueAudit.Share> shares = new ArrayList<>();
        for (int i = 0; i < SUBSCRIBERS; i++) {
            QueueAudit.Share share = audit.share("subscriber " + i);
            shares.add(share);
            subscribers.add(confirmations.subscriber(QUEUE, SMALL_RECEIVE_BYTES, Feed.NOTHING, share));
        }
        confirmations.await();
        return shares;
    }

    private static void end(
            List<LoadClient> publishers, List<LoadClient> subscribers, QueueAudit audit, long sent, LoadLoop... loops) {
        audit.await(sent, loops);
        LoadRun.awaitEnd(publishers, loops);
        subscribers.forEach(LoadClient::goodbye);
        LoadRun.awaitEnd(subscribers, loops);
    }
}

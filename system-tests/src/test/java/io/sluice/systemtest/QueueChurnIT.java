package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import plainsocket.PlainClient;

/** Subscribers of a queue that come and say goodbye: each message comes exactly once. */
class QueueChurnIT {
    private static final String QUEUE = "/queue/churn";
    private static final int PUBLISHERS = 2;
    private static final int SUBSCRIBERS = 4;
    private static final int MESSAGES = TestSize.pick(200_000, 1_000_000);
    private static final int MESSAGES_A_SECOND = 20_000;
    private static final double CHURN_SECONDS = 0.1;

    /** Who goes stops reading so long before it says goodbye, so that there is something that it must still be sent. */
    private static final double LAZY_SECONDS = 0.05;

    private static final int SMALL_RECEIVE_BYTES = 8 * 1024;
    private static final int UNREADING = 3;

    /** Two thirds of the windows of those that do not read. */
    private static final int HELD_MESSAGES = 2_000;

    private static final long END_MS = 60_000;

    /** They go every 100 ms, and read to the end of their streams. */
    @Test
    void deliversEachMessageOnceWhileSubscribersComeAndGo() throws Exception {
        long seed = TestSize.seed("QueueChurnIT");
        MessagePlan plan = new MessagePlan(seed, MessagePlan.Sizes.between(MessagePlan.IDENTIFIED_BYTES, 2048));
        QueueAudit audit = new QueueAudit(plan, PUBLISHERS, 0);
        long each = MESSAGES / PUBLISHERS;
        Churn churn;
        StatsReader.Sample last;
        // Little for the system, so that what a subscriber does not read is soon held by the broker; and time enough to
        // send it all after a goodbye.
        try (BrokerProcess broker = BrokerProcess.start(
                        "queue-churn", "--set", "transport.send-buffer=16KiB", "--set", "shutdown.drain-timeout=120s");
                LoadLoop sending = new LoadLoop("publishers");
                LoadLoop receiving = new LoadLoop("subscribers")) {
            churn = new Churn(broker, receiving, audit);
            while (churn.present() < SUBSCRIBERS) {
                churn.join();
            }
            LongSupplier allowed = QueueFeed.everySecond(MESSAGES_A_SECOND / PUBLISHERS);
            List<LoadClient> publishers = new ArrayList<>();
            for (int i = 0; i < PUBLISHERS; i++) {
                publishers.add(LoadClient.publisher(sending, broker, new QueueFeed(plan, i, 0, QUEUE, each, allowed)));
            }
            long beginNs = System.nanoTime();
            for (int i = 1; !publishers.stream().allMatch(LoadClient::hasEnded); i++) {
                double leavesAt = i * CHURN_SECONDS;
                churn.join();
                await("the next stops reading", leavesAt - LAZY_SECONDS, beginNs, sending, receiving);
                churn.stopReadingOldest();
                await("it says goodbye", leavesAt, beginNs, sending, receiving);
                churn.goodbyeOldest();
            }
            audit.await(MESSAGES, sending, receiving);
            while (churn.present() > 0) {
                churn.goodbyeOldest();
            }
            LoadRun.await("all have read to the end", sending, receiving).until(churn::haveAllEnded);
            System.out.printf(
                    "QueueChurnIT: %,d messages, %d subscribers came and went in %.1f s, %,d messages came after a goodbye%n",
                    audit.received(), churn.ever(), LoadRun.secondsSince(beginNs), churn.receivedAfterGoodbye());
            last = LoadRun.stop(broker);
        }
        audit.checkComplete(each, each);
        assertThat(churn.receivedAfterGoodbye()).isPositive();
        assertThat(last.number("messages_returned")).isZero();
        assertThat(last.number("closes", "goodbye")).isEqualTo(churn.ever() + PUBLISHERS);
        assertThat(last.sum("dropped_messages")).as("dropped: %s", last).isZero();
    }

    /** They do not read until the drain timeout has passed: what was held for them goes to those who have come since. */
    @Test
    void deliversToOthersWhatIsNotTakenInTimeAfterAGoodbye() throws Exception {
        long seed = TestSize.seed("QueueChurnIT");
        MessagePlan plan = new MessagePlan(seed, MessagePlan.Sizes.between(MessagePlan.IDENTIFIED_BYTES, 2048));
        QueueAudit audit = new QueueAudit(plan, 1, 0);
        List<PlainClient> leavers = new ArrayList<>();
        List<PlainClient.Rest> read = new ArrayList<>();
        long readByLeavers;
        StatsReader.Sample last;
        try (BrokerProcess broker = BrokerProcess.start(
                        "queue-churn-unread",
                        "--stats-interval=100ms",
                        "--set=transport.send-buffer=16KiB",
                        "--set=shutdown.drain-timeout=1s");
                LoadLoop sending = new LoadLoop("publisher");
                LoadLoop receiving = new LoadLoop("subscribers")) {
            StatsReader stats = new StatsReader(broker.statsFile());
            for (int i = 0; i < UNREADING; i++) {
                PlainClient leaver = new PlainClient(broker.host(), broker.port(), SMALL_RECEIVE_BYTES);
                leavers.add(leaver);
                leaver.subscribe(QUEUE);
            }
            stats.await("they are subscribed", sample -> sample.subscribers().size() == UNREADING);
            QueueFeed feed = new QueueFeed(plan, 0, 0, QUEUE, HELD_MESSAGES);
            LoadRun.awaitEnd(List.of(LoadClient.publisher(sending, broker, feed)), sending);
            StatsReader.Sample held =
                    stats.await("all is dealt out", sample -> sample.number("messages_in") == HELD_MESSAGES);
            assertThat(held.subscribers()).allMatch(leaver -> leaver.number("held_messages") > 0);

            for (PlainClient leaver : leavers) {
                leaver.goodbye();
            }
            List<LoadClient> stayers = new ArrayList<>();
            for (int i = 0; i < SUBSCRIBERS; i++) {
                // They do not leave at the same moment.
                QueueAudit.Share share = audit.share("stayer " + i).mayGoBack();
                stayers.add(LoadClient.subscriber(receiving, broker, QUEUE, share));
            }
            stats.await("all goodbyes are over", sample -> sample.number("closes", "goodbye") == UNREADING + 1);
            for (PlainClient leaver : leavers) {
                read.add(leaver.receiveRest(END_MS));
            }
            readByLeavers =
                    read.stream().mapToLong(rest -> rest.frames().size()).sum();
            audit.await(HELD_MESSAGES - readByLeavers, receiving);
            stayers.forEach(LoadClient::goodbye);
            LoadRun.awaitEnd(stayers, receiving);
            last = LoadRun.stop(broker);
        } finally {
            leavers.forEach(PlainClient::close);
        }
        System.out.printf(
                "QueueChurnIT: of %,d messages %,d came to those that did not read, %,d to others after the goodbye%n",
                HELD_MESSAGES, readByLeavers, audit.received());
        assertThat(last.number("messages_returned")).isPositive().isEqualTo(audit.received());
        assertThat(last.sum("dropped_messages")).as("dropped: %s", last).isZero();
        for (PlainClient.Rest rest : read) {
            // A message that was cut goes to another.
            assertThat(rest.ending()).isIn(PlainClient.Ending.CLEAN, PlainClient.Ending.TORN);
            QueueAudit.Share share = audit.share("leaver");
            rest.frames().forEach(message -> share.message(message, 0, message.length));
            share.endOfRead();
        }
        audit.checkComplete(HELD_MESSAGES);
    }

    private static void await(String what, double atSeconds, long beginNs, LoadLoop... loops) {
        LoadRun.await(what, loops).until(() -> LoadRun.secondsSince(beginNs) >= atSeconds);
    }

    /** The subscribers, in the order they came. */
    private static final class Churn {
        private final BrokerProcess broker;
        private final LoadLoop loop;
        private final QueueAudit audit;
        private final ArrayDeque<Member> present = new ArrayDeque<>();
        private final List<Member> gone = new ArrayList<>();

        private static final class Member {
            final QueueAudit.Share share;
            final LoadClient client;
            long receivedAtGoodbye;

            Member(QueueAudit.Share share, LoadClient client) {
                this.share = share;
                this.client = client;
            }
        }

        Churn(BrokerProcess broker, LoadLoop loop, QueueAudit audit) {
            this.broker = broker;
            this.loop = loop;
            this.audit = audit;
        }

        void join() throws IOException {
            QueueAudit.Share share = audit.share("subscriber " + ever());
            byte[] subscription = LoadClient.frame(QUEUE);
            present.add(new Member(
                    share, LoadClient.open(loop, broker, SMALL_RECEIVE_BYTES, subscription, Feed.NOTHING, share)));
        }

        void stopReadingOldest() {
            present.getFirst().client.stopReading();
        }

        void goodbyeOldest() {
            Member member = present.removeFirst();
            member.receivedAtGoodbye = member.share.receivedMessages();
            member.client.goodbye();
            member.client.startReading();
            gone.add(member);
        }

        int present() {
            return present.size();
        }

        int ever() {
            return present.size() + gone.size();
        }

        boolean haveAllEnded() {
            return present.isEmpty() && gone.stream().allMatch(member -> member.client.hasEnded());
        }

        long receivedAfterGoodbye() {
            return gone.stream()
                    .mapToLong(member -> member.share.receivedMessages() - member.receivedAtGoodbye)
                    .sum();
        }
    }
}

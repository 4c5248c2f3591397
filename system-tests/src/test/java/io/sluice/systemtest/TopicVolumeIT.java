package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fifty publishers and fifty subscribers: on topics nothing is lost, doubled, altered or moved, at full rate.
 *
 * <p>Each publisher publishes to all topics, each subscriber is on one. Whoever receives a message compares all of it with
 * the one that was due from that publisher; empty ones are counted. At the end all subscribers of a topic must have seen the
 * publishers' messages in the same order.
 */
class TopicVolumeIT {
    private static final int PUBLISHERS = 50;
    private static final int SUBSCRIBERS = 50;
    private static final int TOPICS = 5;
    private static final int SUBSCRIBERS_PER_TOPIC = SUBSCRIBERS / TOPICS;

    // A quarter of what a subscriber's queue may hold by default, whatever the messages cost beside their payload.
    private static final long WINDOW_BYTES = 8L << 20;
    private static final long WINDOW_MESSAGES = 20_000;

    @ParameterizedTest(name = "{0} event loops")
    @ValueSource(ints = {1, 4})
    void losesAndMovesNothingOfUpTo64KiB(int eventLoops) throws Exception {
        long perPublisherAndTopic = TestSize.pick(60L, 420L);
        run("large", eventLoops, MessagePlan.Sizes.mixed(), perPublisherAndTopic, 8);
    }

    @ParameterizedTest(name = "{0} event loops")
    @ValueSource(ints = {1, 4})
    void losesAndMovesNothingOfUpTo256Bytes(int eventLoops) throws Exception {
        long perPublisherAndTopic = TestSize.pick(3_000L, 40_000L);
        run("small", eventLoops, MessagePlan.Sizes.between(0, 256), perPublisherAndTopic, 64);
    }

    private static void run(
            String name, int eventLoops, MessagePlan.Sizes sizes, long perPublisherAndTopic, int longestRun)
            throws IOException, InterruptedException {
        long seed = TestSize.seed("TopicVolumeIT " + name);
        MessagePlan plan = new MessagePlan(seed, sizes);
        List<String> topics = IntStream.range(0, TOPICS)
                .mapToObj(topic -> "/topic/volume/" + topic)
                .toList();
        List<TopicAudit> audits = new ArrayList<>();
        List<LoadClient> subscribers = new ArrayList<>();
        List<TopicFeed> feeds = new ArrayList<>();
        List<LoadClient> publishers = new ArrayList<>();
        StatsReader.Sample last;
        try (BrokerProcess broker = BrokerProcess.start(
                        "topic-volume-" + name + "-" + eventLoops, "--set", "transport.event-loops=" + eventLoops);
                LoadLoop sending = new LoadLoop("publishers");
                LoadLoop receiving = new LoadLoop("subscribers");
                Confirmations confirmations = new Confirmations(receiving, broker)) {
            for (int i = 0; i < SUBSCRIBERS; i++) {
                int topic = i % TOPICS;
                TopicAudit audit = new TopicAudit(
                        "subscriber " + i + " of " + topics.get(topic), plan, PUBLISHERS, topic, sending::poke);
                audits.add(audit);
                subscribers.add(confirmations.subscriber(topics.get(topic), audit));
            }
            confirmations.await();
            List<TopicWindow> windows = IntStream.range(0, TOPICS)
                    .mapToObj(topic -> new TopicWindow(of(topic, audits), WINDOW_MESSAGES, WINDOW_BYTES))
                    .toList();
            long beginNs = System.nanoTime();
            for (int i = 0; i < PUBLISHERS; i++) {
                TopicFeed feed = new TopicFeed(plan, i, topics, windows, perPublisherAndTopic, longestRun, seed);
                feeds.add(feed);
                publishers.add(LoadClient.publisher(sending, broker, feed));
            }
            LoadRun.awaitEnd(publishers, sending, receiving);
            subscribers.forEach(LoadClient::goodbye);
            LoadRun.awaitEnd(subscribers, sending, receiving);
            report(name, eventLoops, audits, LoadRun.secondsSince(beginNs));
            last = LoadRun.stop(broker);
        }
        for (int i = 0; i < SUBSCRIBERS; i++) {
            int topic = i % TOPICS;
            audits.get(i)
                    .checkComplete(
                            feeds.stream().mapToLong(feed -> feed.sent(topic)).toArray());
        }
        for (int topic = 0; topic < TOPICS; topic++) {
            assertThat(of(topic, audits).stream().map(TopicAudit::order).distinct())
                    .as("orders in which the subscribers of " + topics.get(topic) + " saw the messages")
                    .hasSize(1);
        }
        long deliveries =
                audits.stream().mapToLong(TopicAudit::receivedMessages).sum();
        assertThat(deliveries).isEqualTo(perPublisherAndTopic * PUBLISHERS * SUBSCRIBERS);
        assertThat(last.sum("dropped_messages")).as("dropped: %s", last).isZero();
        assertThat(last.number("slow_episodes")).isZero();
    }

    private static List<TopicAudit> of(int topic, List<TopicAudit> audits) {
        return IntStream.range(0, SUBSCRIBERS_PER_TOPIC)
                .mapToObj(i -> audits.get(topic + i * TOPICS))
                .toList();
    }

    private static void report(String name, int eventLoops, List<TopicAudit> audits, double seconds) {
        long deliveries =
                audits.stream().mapToLong(TopicAudit::receivedMessages).sum();
        long bytes = audits.stream().mapToLong(TopicAudit::receivedBytes).sum();
        System.out.printf(
                "TopicVolumeIT %s, %d event loops: %,d deliveries in %.1f s, %,.0f/s, %,.0f MB/s%n",
                name, eventLoops, deliveries, seconds, deliveries / seconds, bytes / seconds / 1e6);
    }
}

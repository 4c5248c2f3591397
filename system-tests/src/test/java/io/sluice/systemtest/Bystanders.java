package io.sluice.systemtest;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Clients that have nothing to do with what goes wrong in a test: publishers and subscribers of a topic, and of a queue, at
 * full rate. How fast they are is measured; at the end they must have lost nothing.
 */
final class Bystanders implements AutoCloseable {
    private static final int TOPIC_PUBLISHERS = 2;
    private static final int TOPIC_SUBSCRIBERS = 2;
    private static final String TOPIC = "/topic/bystanders";
    private static final String QUEUE = "/queue/bystanders";

    // So that nobody is dropped or pushed back.
    private static final long TOPIC_MESSAGES_AHEAD = 10_000;
    private static final long QUEUE_MESSAGES_AHEAD = 2_000;

    private static final Duration MEASURED = Duration.ofMillis(TestSize.pick(1000, 4000));
    private static final int LEAST_ROUNDS = TestSize.pick(5, 9);
    private static final int MOST_ROUNDS = 41;

    /** How improbable it must be that chance alone has made so few rounds reach what they should. */
    private static final double ERROR = 1e-4;

    /** The same after the last round, which leaves no other chance. */
    private static final double LAST_ERROR = 0.02;

    private final LoadLoop sending = new LoadLoop("bystanders-sending");
    private final LoadLoop receiving = new LoadLoop("bystanders-receiving");
    private final List<TopicAudit> topicAudits = new ArrayList<>();
    private final List<TopicFeed> topicFeeds = new ArrayList<>();
    private final QueueAudit queueAudit;
    private final QueueFeed queueFeed;
    private final List<LoadClient> publishers = new ArrayList<>();
    private final List<LoadClient> subscribers = new ArrayList<>();

    /** Messages a second; or, divided by those of a control, what became of them. */
    record Rates(double topic, double queue) {
        boolean isAtLeast(double least) {
            return topic >= least && queue >= least;
        }

        private Rates dividedByMean(Rates before, Rates after) {
            return new Rates(2 * topic / (before.topic + after.topic), 2 * queue / (before.queue + after.queue));
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "(topic %,.2f, queue %,.2f)", topic, queue);
        }
    }

    /** Measures them while something goes wrong. */
    interface Disturbance {
        Rates measure(int round) throws Exception;
    }

    Bystanders(BrokerProcess broker, long seed) throws IOException {
        MessagePlan plan = new MessagePlan(seed, MessagePlan.Sizes.between(MessagePlan.IDENTIFIED_BYTES, 256));
        queueAudit = new QueueAudit(plan, 1, 0);
        queueFeed =
                new QueueFeed(plan, 0, 0, QUEUE, Long.MAX_VALUE, () -> queueAudit.received() + QUEUE_MESSAGES_AHEAD);
        try (Confirmations confirmations = new Confirmations(receiving, broker)) {
            for (int i = 0; i < TOPIC_SUBSCRIBERS; i++) {
                TopicAudit audit = new TopicAudit("bystander " + i, plan, TOPIC_PUBLISHERS, 0, sending::poke);
                topicAudits.add(audit);
                subscribers.add(confirmations.subscriber(TOPIC, audit));
            }
            subscribers.add(confirmations.subscriber(QUEUE, queueAudit.share("bystander at the queue")));
            confirmations.await();
        }
        TopicWindow window = new TopicWindow(topicAudits, TOPIC_MESSAGES_AHEAD, Long.MAX_VALUE);
        for (int i = 0; i < TOPIC_PUBLISHERS; i++) {
            TopicFeed feed = new TopicFeed(plan, i, List.of(TOPIC), List.of(window), Long.MAX_VALUE, 64, seed);
            topicFeeds.add(feed);
            publishers.add(LoadClient.publisher(sending, broker, feed));
        }
        publishers.add(LoadClient.publisher(sending, broker, queueFeed));
    }

    /**
     * Finds out what part of their rate they keep. What is measured is compared with controls before and after it, and the
     * median of some rounds counts, as a machine has other things to do too. While it is less than it should be, more
     * rounds are measured, until so few of them reach what they should that chance cannot be the reason: what is slowed
     * down stays so, what was disturbed does not.
     *
     * @param disturbed makes something go wrong, {@linkplain #measure measures}, and sets it right again
     * @return the medians: parts of the undisturbed rates; or, where one is less than it should be, the most that the median
     *     of endless rounds may be
     */
    Rates kept(String what, double least, Disturbance disturbed) throws Exception {
        measure();
        List<Rates> ratios = new ArrayList<>();
        Rates before = measure();
        Rates median;
        Rates most;
        do {
            Rates meanwhile = disturbed.measure(ratios.size());
            Rates after = measure();
            ratios.add(meanwhile.dividedByMean(before, after));
            before = after;
            median = new Rates(
                    middle(ratios.stream().mapToDouble(Rates::topic)),
                    middle(ratios.stream().mapToDouble(Rates::queue)));
            double error = ratios.size() < MOST_ROUNDS ? ERROR : LAST_ERROR;
            most = new Rates(
                    mostOfMedian(ratios.stream().mapToDouble(Rates::topic), error),
                    mostOfMedian(ratios.stream().mapToDouble(Rates::queue), error));
        } while (ratios.size() < LEAST_ROUNDS
                || ratios.size() % 2 == 0
                || !median.isAtLeast(least) && most.isAtLeast(least) && ratios.size() < MOST_ROUNDS);
        System.out.println(what + ": others keep " + median + " of their rate, certainly no more than " + most
                + ", medians of " + ratios);
        return median.isAtLeast(least) ? median : most;
    }

    private static double middle(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /**
     * The upper limit of the median that values are drawn from. Each of them is as likely to be above that median as below:
     * that all but a few are below it is as unlikely as that of so many thrown coins only a few show heads.
     */
    private static double mostOfMedian(DoubleStream values, double error) {
        double[] sorted = values.sorted().toArray();
        int coins = sorted.length;
        double probability = Math.pow(0.5, coins);
        double sum = 0;
        int above = -1;
        while (above + 1 < coins && sum + probability < error) {
            above++;
            sum += probability;
            probability *= (coins - above) / (above + 1.0);
        }
        return above < 0 ? Double.POSITIVE_INFINITY : sorted[coins - 1 - above];
    }

    /** How fast they are in the next seconds. */
    Rates measure() {
        long beginNs = System.nanoTime();
        long topicBefore = topicMessages();
        long queueBefore = queueAudit.received();
        LoadRun.await("the time of a measurement is over", sending, receiving)
                .until(() -> System.nanoTime() - beginNs >= MEASURED.toNanos());
        double seconds = LoadRun.secondsSince(beginNs);
        return new Rates((topicMessages() - topicBefore) / seconds, (queueAudit.received() - queueBefore) / seconds);
    }

    private long topicMessages() {
        return topicAudits.stream().mapToLong(TopicAudit::receivedMessages).sum();
    }

    /** Ends them, and fails unless each of them received all it should. */
    void finish() {
        topicFeeds.forEach(TopicFeed::stop);
        queueFeed.stop();
        sending.poke();
        LoadRun.awaitEnd(publishers, sending, receiving);
        queueAudit.await(queueFeed.sent(), sending, receiving);
        subscribers.forEach(LoadClient::goodbye);
        LoadRun.awaitEnd(subscribers, sending, receiving);
        long[] sent = topicFeeds.stream().mapToLong(feed -> feed.sent(0)).toArray();
        topicAudits.forEach(audit -> audit.checkComplete(sent));
        queueAudit.checkComplete(queueFeed.sent());
    }

    @Override
    public void close() {
        sending.close();
        receiving.close();
    }
}

package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import plainsocket.PlainClient;

/** Clients that publish at full rate to the queue they consume. Those that wait for a warning wait beside the others. */
class OwnQueueIT {
    private static final String QUEUE = "/queue/own";
    private static final int MESSAGES = TestSize.pick(300_000, 3_000_000);
    private static final int STUCK_MESSAGES = 50_000;
    private static final MessagePlan.Sizes SIZES = MessagePlan.Sizes.between(MessagePlan.IDENTIFIED_BYTES, 1024);
    private static final long LARGE_BOUND_BYTES = 32 << 20;
    private static final int SMALL_RECEIVE_BYTES = 8 * 1024;
    private static final double LEAST_RATE = 0.8;

    // Small, so that there is push-back again and again.
    private static final String[] SMALL_BOUNDS = {
        "--stats-interval", "200ms",
        "--set", "native.max-frame=64KiB",
        "--set", "transport.send-buffer=128KiB",
        "--set", "queues.max-bytes=256KiB",
        "--set", "queues.window-bytes=128KiB"
    };

    @ParameterizedTest(name = "{0} clients")
    @ValueSource(ints = {1, 4})
    void bringsEverythingBackToClientsThatRead(int clientCount) throws Exception {
        long seed = TestSize.seed("OwnQueueIT " + clientCount + " clients");
        MessagePlan plan = new MessagePlan(seed, SIZES);
        QueueAudit audit = new QueueAudit(plan, clientCount, 0);
        long each = MESSAGES / clientCount;
        StatsReader.Sample last;
        try (BrokerProcess broker = BrokerProcess.start("own-queue-" + clientCount, SMALL_BOUNDS);
                LoadLoop loop = new LoadLoop("own-queue")) {
            List<LoadClient> clients = new ArrayList<>();
            for (int i = 0; i < clientCount; i++) {
                Feed feed = Feed.lasting(new QueueFeed(plan, i, 0, QUEUE, each));
                clients.add(
                        LoadClient.open(loop, broker, 0, LoadClient.frame(QUEUE), feed, audit.share("client " + i)));
            }
            clients.forEach(LoadClient::stopReading);
            LoadRun.await("one is pushed back", loop)
                    .until(() -> clients.stream().anyMatch(LoadClient::isBlocked));
            clients.forEach(LoadClient::startReading);
            audit.await(each * clientCount, loop);
            clients.forEach(LoadClient::goodbye);
            LoadRun.awaitEnd(clients, loop);
            last = LoadRun.stop(broker);
        }
        long[] sent = new long[clientCount];
        Arrays.fill(sent, each);
        audit.checkComplete(sent);
        assertThat(last.number("push_backs")).as("push-backs").isPositive();
        assertThat(last.sum("dropped_messages")).as("dropped: %s", last).isZero();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void warnsOfAClientThatDoesNotRead() throws Exception {
        long seed = TestSize.seed("OwnQueueIT warning");
        try (BrokerProcess broker = BrokerProcess.start("own-queue-warning", SMALL_BOUNDS);
                LoadLoop loop = new LoadLoop("own-queue")) {
            StuckClient stuck = new StuckClient(broker, loop, seed, QUEUE);
            Pattern warning = Pattern.compile("WARN .*" + Pattern.quote(stuck.address()) + ".* to " + QUEUE
                    + " has been pushed back for more than 10 s; not reading: .*" + Pattern.quote(stuck.address()));
            LoadRun.await("a warning names publisher, destination and who does not read", loop)
                    .until(() -> warning.matcher(Files.readString(broker.out())).find());
            stuck.readAll();
            assertThat(LoadRun.stop(broker).sum("dropped_messages")).isZero();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void warnsOfThoseAloneThatDoNotRead() throws Exception {
        long seed = TestSize.seed("OwnQueueIT who does not read");
        MessagePlan plan = new MessagePlan(seed, MessagePlan.Sizes.between(2048, 4096));
        QueueAudit audit = new QueueAudit(plan, 1, 0);
        // So large that what the slow reader takes does not let the publisher go on within 10 s.
        try (BrokerProcess broker =
                        BrokerProcess.start("own-queue-blame", "--set", "queues.max-bytes=" + LARGE_BOUND_BYTES + "B");
                LoadLoop loop = new LoadLoop("own-queue");
                Confirmations confirmations = new Confirmations(loop, broker);
                PlainClient slow = new PlainClient(broker.host(), broker.port(), SMALL_RECEIVE_BYTES)) {
            LoadClient stuck = confirmations.subscriber(QUEUE, audit.share("stuck"));
            stuck.stopReading();
            confirmations.await();
            slow.subscribe(QUEUE);
            LoadClient publisher = LoadClient.publisher(loop, broker, new QueueFeed(plan, 0, 0, QUEUE, Long.MAX_VALUE));
            Pattern warning = Pattern.compile("WARN .*" + Pattern.quote(publisher.address()) + ".* to " + QUEUE
                    + " has been pushed back for more than 10 s; not reading: (.*)");
            LoadRun.await("a warning", loop).until(() -> {
                slow.receive();
                return warning.matcher(Files.readString(broker.out())).find();
            });
            Matcher line = warning.matcher(Files.readString(broker.out()));
            assertThat(line.find()).isTrue();
            assertThat(line.group(1)).contains(stuck.address()).containsOnlyOnce("127.0.0.1");
        }
    }

    @Test
    void leavesOthersUnaffectedByAClientThatDoesNotRead() throws Exception {
        long seed = TestSize.seed("OwnQueueIT not reading");
        Bystanders.Rates kept;
        // One event loop: whoever held it up would hold up all.
        String[] flags = Stream.concat(Stream.of(SMALL_BOUNDS), Stream.of("--set", "transport.event-loops=1"))
                .toArray(String[]::new);
        try (BrokerProcess broker = BrokerProcess.start("own-queue-not-reading", flags);
                Bystanders bystanders = new Bystanders(broker, seed);
                LoadLoop loop = new LoadLoop("own-queue")) {
            kept = bystanders.kept("OwnQueueIT", LEAST_RATE, round -> {
                StuckClient stuck = new StuckClient(broker, loop, seed + round, QUEUE + "/" + round);
                Bystanders.Rates rates = bystanders.measure();
                stuck.readAll();
                return rates;
            });
            bystanders.finish();
            assertThat(LoadRun.stop(broker).sum("dropped_messages")).isZero();
        }
        assertThat(kept.isAtLeast(LEAST_RATE)).as(kept.toString()).isTrue();
    }

    /** Publishes to the queue it is the only subscriber of, and does not read until the end. */
    private static final class StuckClient {
        private final LoadLoop loop;
        private final QueueAudit audit;
        private final LoadClient client;

        /** Waits until it is stuck. */
        StuckClient(BrokerProcess broker, LoadLoop loop, long seed, String queue) throws IOException {
            MessagePlan plan = new MessagePlan(seed, SIZES);
            this.loop = loop;
            this.audit = new QueueAudit(plan, 1, 0);
            Feed feed = Feed.lasting(new QueueFeed(plan, 0, 0, queue, STUCK_MESSAGES));
            this.client = LoadClient.open(loop, broker, 0, LoadClient.frame(queue), feed, audit.share("stuck client"));
            client.stopReading();
            LoadRun.await("writes block", loop).until(client::isBlocked);
            new StatsReader(broker.statsFile())
                    .await("the client pushed back", sample -> sample.number("waiting_publishers") == 1);
        }

        String address() throws IOException {
            return client.address();
        }

        /** It reads after all: everything comes. It must have been stuck until now. */
        void readAll() {
            assertThat(client.isBlocked()).as("stuck").isTrue();
            client.startReading();
            audit.await(STUCK_MESSAGES, loop);
            client.goodbye();
            LoadRun.awaitEnd(List.of(client), loop);
            audit.checkComplete(STUCK_MESSAGES);
        }
    }
}

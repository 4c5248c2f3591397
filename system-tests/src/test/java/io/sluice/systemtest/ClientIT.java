package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.client.ClientOptions;
import io.sluice.client.Message;
import io.sluice.client.PublishCounts;
import io.sluice.client.SluiceClient;
import io.sluice.client.Subscription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The client library and the broker: what is lost when it is killed, and what must never be. */
class ClientIT {
    // What waits for the handler is 1 MiB, and 60 MB were published at least; the rest is for the test's own.
    private static final long HEAP_BYTES = 10 * 1024 * 1024;

    private static final String QUEUE = "/queue/client";
    private static final String TOPIC = "/topic/client";
    private static final int KILLS = TestSize.pick(5, 20);
    private static final int MESSAGES_A_SECOND = 10_000;
    private static final int PAYLOAD_BYTES = 100;
    private static final Duration LONG = Duration.ofSeconds(60);

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    @Test
    void losesNothingUncountedWhenTheBrokerIsKilledAgainAndAgain() throws Exception {
        Path folder =
                BrokerProcess.module().resolve("target").resolve("brokers").resolve("client-killed");
        Mortal broker = Mortal.start(folder, Ports.unused());
        try {
            ClientOptions options = ClientOptions.of("127.0.0.1", broker.port)
                    .withReconnectPauses(Duration.ofMillis(20), Duration.ofMillis(200));
            Arrivals received = new Arrivals();
            AtomicBoolean publish = new AtomicBoolean(true);
            try (SluiceClient consumer = SluiceClient.connect(options);
                    SluiceClient publisher = SluiceClient.connect(options)) {
                Subscription subscription = consumer.subscribe(QUEUE, message -> received.add(message));
                Future<Integer> publishing = threads.submit(() -> publishAtRate(publisher, publish));
                for (int i = 0; i < KILLS; i++) {
                    int before = received.count();
                    await("both are there after " + i + " kills")
                            .atMost(LONG)
                            .until(() -> received.count() > before + MESSAGES_A_SECOND / 5);
                    broker.kill();
                    broker = Mortal.start(folder, broker.port);
                }
                int before = received.count();
                await("both are there in the end").atMost(LONG).until(() -> received.count() > before + 1_000);
                publish.set(false);
                int published = publishing.get(60, TimeUnit.SECONDS);
                PublishCounts counts = publisher.close(Duration.ofSeconds(30));
                subscription.goodbye(Duration.ofSeconds(30)).get(60, TimeUnit.SECONDS);

                int missing = published - received.count();
                System.out.printf(
                        "ClientIT: %d kills, %,d published, %,d missing; %s%n", KILLS, published, missing, counts);
                assertThat(received.problems()).isEmpty();
                assertThat(counts.sent() + counts.dropped())
                        .as("accounted for: %s", counts)
                        .isEqualTo(published);
                assertThat(counts.confirmed() + counts.inDoubt())
                        .as("%s", counts)
                        .isEqualTo(counts.sent());
                assertThat((long) missing)
                        .as("missing; %s", counts)
                        .isLessThanOrEqualTo(counts.inDoubt() + counts.dropped());
                assertThat(counts.dropped()).as("the buffer outlasts a restart").isZero();
                assertThat(counts.confirmed()).as("confirmed").isPositive();
                // Those are the last ones, all on the last connection.
                assertThat(received.missing(published - (int) counts.confirmed(), published))
                        .as("confirmed and not received")
                        .isEmpty();
            }
        } finally {
            broker.kill();
        }
    }

    private static long usedHeapBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void aSlowHandlerCostsTheClientNoMemoryAndTheBrokerSaysWhoIsSlow() throws Exception {
        int payloadBytes = 1_000;
        int messages = TestSize.pick(60_000, 300_000);
        CountDownLatch goOn = new CountDownLatch(1);
        Arrivals received = new Arrivals();
        AtomicInteger probes = new AtomicInteger();
        try (BrokerProcess broker = BrokerProcess.start(
                        "client-slow",
                        "--stats-interval=100ms",
                        "--set=native.max-frame=1MiB",
                        "--set=delivery.send-queue.max-bytes=8MiB");
                SluiceClient client = SluiceClient.connect(broker.host(), broker.port());
                SluiceClient publisher = SluiceClient.connect(broker.host(), broker.port())) {
            Subscription slow = client.subscribe(TOPIC, message -> {
                if (isProbe(message)) {
                    probes.incrementAndGet();
                } else {
                    goOn.await();
                    received.add(message);
                }
            });
            awaitProbe(publisher, TOPIC, probes::get);
            long usedBefore = usedHeapBytes();
            int most = 0;
            for (int i = 0; i < messages; i++) {
                publisher.publish(TOPIC, payload(i, payloadBytes));
                most = Math.max(most, slow.waitingMessages());
            }
            StatsReader stats = new StatsReader(broker.statsFile());
            stats.await("it loses messages", sample -> sample.number("dropped_messages", "overflow") > 0);
            await("the broker says who is slow")
                    .atMost(LONG)
                    .until(() -> BrokerLog.of(broker).lines().stream()
                            .anyMatch(line -> line.contains("slow subscriber") && line.contains(TOPIC)));
            most = Math.max(most, slow.waitingMessages());
            // The bound and one read.
            assertThat(most).as("messages waiting in the client").isBetween(1_000, 1_000 + 65);
            assertThat(usedHeapBytes() - usedBefore)
                    .as("heap of publisher and subscriber together")
                    .isLessThan(HEAP_BYTES);

            assertThat(publisher.close(LONG).allConfirmed()).isTrue();
            goOn.countDown();
            await("what is not received was dropped and counted")
                    .atMost(LONG)
                    .untilAsserted(
                            () -> assertThat(received.count() + stats.fresh().number("dropped_messages", "overflow"))
                                    .isEqualTo(messages));
            assertThat(received.problems()).isEmpty();
            assertThat(slow.handlerFailures()).isZero();
        }
    }

    @Test
    void manySubscriptionsInOneClientEachGetTheirShare() throws Exception {
        int messages = TestSize.pick(30_000, 200_000);
        try (BrokerProcess broker = BrokerProcess.start("client-many");
                SluiceClient client = SluiceClient.connect(broker.host(), broker.port());
                SluiceClient publisher = SluiceClient.connect(broker.host(), broker.port())) {
            List<Arrivals> topic = new ArrayList<>();
            List<Arrivals> queue = new ArrayList<>();
            AtomicInteger probes = new AtomicInteger();
            for (int i = 0; i < 3; i++) {
                Arrivals record = new Arrivals();
                topic.add(record);
                client.subscribe(TOPIC, message -> {
                    if (isProbe(message)) {
                        record.probed = true;
                        probes.incrementAndGet();
                    } else {
                        record.add(message);
                    }
                });
                Arrivals share = new Arrivals();
                queue.add(share);
                client.subscribe(QUEUE, share::add);
            }
            awaitProbe(publisher, TOPIC, () -> topic.stream().allMatch(record -> record.probed) ? 1 : 0);
            long probesSent = publisher.counts().sent();
            for (int i = 0; i < messages; i++) {
                publisher.publish(TOPIC, payload(i, PAYLOAD_BYTES));
                publisher.publish(QUEUE, payload(i, PAYLOAD_BYTES));
            }
            PublishCounts counts = publisher.close(LONG);
            assertThat(counts.allConfirmed()).as("%s", counts).isTrue();
            assertThat(counts.confirmed()).isEqualTo(probesSent + 2L * messages);
            // Handlers get all that is confirmed before their client has closed.
            client.close(LONG);

            for (Arrivals each : topic) {
                assertThat(each.problems()).isEmpty();
                assertThat(each.count()).as("of the topic").isEqualTo(messages);
            }
            BitSet all = new BitSet();
            int together = 0;
            for (Arrivals each : queue) {
                assertThat(each.problems()).isEmpty();
                assertThat(each.count()).as("share of the queue").isPositive();
                together += each.count();
                each.copyTo(all);
            }
            assertThat(together).as("of the queue, together").isEqualTo(messages);
            assertThat(all.cardinality()).isEqualTo(messages);
        }
    }

    @Test
    void threadsAndFuturesShareOneSubscription() throws Exception {
        int messages = TestSize.pick(50_000, 300_000);
        try (BrokerProcess broker = BrokerProcess.start("client-shared");
                SluiceClient client = SluiceClient.connect(broker.host(), broker.port());
                SluiceClient publisher = SluiceClient.connect(broker.host(), broker.port())) {
            Subscription subscription = client.subscribe(QUEUE);
            Arrivals received = new Arrivals();
            Future<Void> thread = threads.submit(() -> {
                while (received.count() < messages) {
                    try {
                        received.addInAnyOrder(subscription.receive(Duration.ofMillis(100)));
                    } catch (TimeoutException e) {
                        // Then others have got them.
                    }
                }
                return null;
            });
            receiveEach(subscription, received);
            for (int i = 0; i < messages; i++) {
                publisher.publish(QUEUE, payload(i, PAYLOAD_BYTES));
            }
            PublishCounts counts = publisher.close(LONG);
            assertThat(counts).isEqualTo(new PublishCounts(messages, messages, 0, 0));
            thread.get(60, TimeUnit.SECONDS);
            assertThat(received.problems()).isEmpty();
            assertThat(received.missing(0, messages)).isEmpty();
        }
    }

    private void receiveEach(Subscription subscription, Arrivals received) {
        var unused = subscription
                .receiveAsync()
                .thenAcceptAsync(
                        message -> {
                            received.addInAnyOrder(message);
                            receiveEach(subscription, received);
                        },
                        threads);
    }

    /** What has come, by number; each number at most once. */
    private static final class Arrivals {
        private final BitSet numbers = new BitSet();
        private final List<String> problems = new ArrayList<>();
        private int last = -1;
        volatile boolean probed;

        synchronized void add(Message message) {
            int number = ByteBuffer.wrap(message.payload()).getInt();
            if (number <= last && problems.size() < 10) {
                problems.add(number + " after " + last);
            }
            last = number;
            add(number);
        }

        synchronized void addInAnyOrder(Message message) {
            add(ByteBuffer.wrap(message.payload()).getInt());
        }

        private void add(int number) {
            if (numbers.get(number) && problems.size() < 10) {
                problems.add(number + " twice");
            }
            numbers.set(number);
        }

        synchronized int count() {
            return numbers.cardinality();
        }

        synchronized List<String> problems() {
            return List.copyOf(problems);
        }

        /** The first ten that have not come. */
        synchronized List<Integer> missing(int from, int to) {
            List<Integer> missing = new ArrayList<>();
            for (int i = numbers.nextClearBit(from); i < to && missing.size() < 10; i = numbers.nextClearBit(i + 1)) {
                missing.add(i);
            }
            return missing;
        }

        synchronized void copyTo(BitSet all) {
            all.or(numbers);
        }
    }

    private static int publishAtRate(SluiceClient publisher, AtomicBoolean publish) throws Exception {
        long beganNs = System.nanoTime();
        int published = 0;
        while (publish.get()) {
            long due = (System.nanoTime() - beganNs) * MESSAGES_A_SECOND / TimeUnit.SECONDS.toNanos(1);
            while (published < due) {
                publisher.publish(QUEUE, payload(published, PAYLOAD_BYTES), LONG);
                published++;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        return published;
    }

    private static byte[] payload(int number, int bytes) {
        return ByteBuffer.allocate(bytes).putInt(number).array();
    }

    private static boolean isProbe(Message message) {
        return message.payload().length == 0;
    }

    /** Publishes empty messages until all subscriptions hold; what comes of them comes before what is published next. */
    private static void awaitProbe(SluiceClient publisher, String destination, IntSupplier received) {
        await("the subscriptions hold")
                .atMost(LONG)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    if (received.getAsInt() > 0) {
                        return true;
                    }
                    publisher.publish(destination, new byte[0]);
                    return false;
                });
    }

    /** A broker on a port that stays the same from one to the next. */
    private static final class Mortal {
        private final Process process;
        final int port;

        private Mortal(Process process, int port) {
            this.process = process;
            this.port = port;
        }

        static Mortal start(Path folder, int port) throws IOException {
            Files.createDirectories(folder);
            Path ports = folder.resolve("ports");
            Files.deleteIfExists(ports);
            ProcessBuilder builder = new ProcessBuilder(
                            BrokerProcess.home()
                                    .resolve("bin")
                                    .resolve("sluice")
                                    .toString(),
                            "broker",
                            "--port",
                            Integer.toString(port),
                            "--set=admin.enabled=false",
                            "--ports-file",
                            ports.toString())
                    .redirectOutput(folder.resolve("out").toFile())
                    .redirectError(folder.resolve("err").toFile());
            builder.environment().put("SLUICE_JAVA_HOME", System.getProperty("java.home"));
            Process process = builder.start();
            try {
                await("the broker is ready").atMost(LONG).until(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException(Files.readString(folder.resolve("err")));
                    }
                    return Files.exists(ports) && Files.readString(ports).endsWith("\n");
                });
                String line = Files.readAllLines(ports).get(0);
                return new Mortal(process, Integer.parseInt(line.substring(line.lastIndexOf(':') + 1)));
            } catch (RuntimeException e) {
                process.destroyForcibly();
                throw e;
            }
        }

        /** With SIGKILL. */
        void kill() throws InterruptedException {
            process.destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }
}

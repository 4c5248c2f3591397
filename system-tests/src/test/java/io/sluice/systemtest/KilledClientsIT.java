package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.metrics.DropReason;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import plainsocket.ClientProcess;
import plainsocket.PlainClient;
import plainsocket.PlainClient.Ending;

/**
 * Clients leave at random while messages flow: they are stopped, killed, close or say goodbye. What is lost is only what
 * had been written to one that was killed, and nothing is left of any of them.
 */
class KilledClientsIT {
    private static final int QUEUE_LEAVERS = TestSize.pick(20, 350);
    private static final int TOPIC_LEAVERS = TestSize.pick(10, 150);
    private static final int AT_A_TIME = 4;
    private static final int LIVING = 2;
    private static final int STALL_TIMEOUT_MS = 1_000;
    private static final int UNREADING = TestSize.pick(3, 30);
    // In the first the kernel's buffers fill; after the second it is out of the turn besides.
    private static final int UNREAD_MS = 700;
    private static final int LONG_UNREAD_MS = STALL_TIMEOUT_MS + 1_200;
    // More than the kernel's buffers hold.
    private static final int READ_AGAIN = 1_500;
    private static final int RECEIVE_BUFFER_BYTES = 16 * 1024;
    // What the kernel may hold for a client that is killed: the broker's send buffer and the client's receive buffer,
    // each
    // twice what was asked for, and what is between them.
    private static final long LOST_PER_KILL = 256 * 1024 / (4 + ClientProcess.MESSAGE_BYTES);
    private static final long MAX_GROWTH_BYTES = 96L * 1024 * 1024;
    private static final int LONGEST_WORK_MS = 250;
    private static final int LONGEST_STOP_MS = 1_500;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PAUSED_MESSAGES = 20;
    private static final String FULL = "/queue/full";

    private final long seed = TestSize.seed("KilledClientsIT");
    private final AtomicLong senders = new AtomicLong();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ConcurrentLinkedQueue<ChildClient> idle = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<ChildClient> children = new ConcurrentLinkedQueue<>();

    private BrokerProcess broker;
    private StatsFollower stats;

    /** How a client leaves. */
    private enum Leaving {
        KILL,
        STOP_AND_KILL,
        STOP_AND_GO_ON,
        FIN,
        GOODBYE;

        boolean isOrderly() {
            return this != KILL && this != STOP_AND_KILL;
        }
    }

    /** Which messages came, of every sender. Not thread-safe. */
    private static final class Receipts {
        private final Map<Long, BitSet> numbers = new HashMap<>();
        private long received;
        private long twice;

        void add(Id id) {
            BitSet before = numbers.computeIfAbsent(id.sender(), unused -> new BitSet());
            int number = (int) id.number();
            received++;
            twice += before.get(number) ? 1 : 0;
            before.set(number);
        }

        long count(long sender) {
            return numbers.getOrDefault(sender, new BitSet()).cardinality();
        }

        long end(long sender) {
            return numbers.getOrDefault(sender, new BitSet()).length();
        }
    }

    /** Which message it is. */
    private record Id(long sender, long number) {
        static Id of(byte[] message) {
            return new Id(ClientProcess.senderOf(message), ClientProcess.numberOf(message));
        }
    }

    /** Traffic at one destination, from a quiet broker to a quiet broker. */
    private final class Round {
        final String destination;
        final Random random;
        final Map<Long, Long> confirmed = new ConcurrentHashMap<>();
        final ConcurrentLinkedQueue<Path> records = new ConcurrentLinkedQueue<>();
        final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
        final Map<Leaving, Integer> left = new TreeMap<>();
        final AtomicInteger killedSubscribers = new AtomicInteger();
        final List<Future<List<Id>>> subscribers = new ArrayList<>();
        final List<Future<?>> publishers = new ArrayList<>();
        final List<List<Id>> received = new ArrayList<>();
        final List<List<Id>> receivedLate = new ArrayList<>();
        final StatsSample before;
        StatsSample after;
        volatile boolean publishing = true;
        volatile boolean listening = true;

        Round(String destination, Random random) throws Exception {
            this.destination = destination;
            this.random = random;
            for (int i = 0; i < LIVING; i++) {
                subscribers.add(threads.submit(this::receive));
            }
            this.before = stats.await("the living have subscribed", PATIENCE, this::everybodyIsThere);
        }

        private boolean everybodyIsThere(StatsSample sample) {
            return sample.get("open_connections") == LIVING + 1 && sample.get("held_messages") == 0;
        }

        /** So many clients work for a while and leave; then the living stop. */
        void run(int leavers, boolean subscribersAreKilled) throws Exception {
            for (int i = 0; i < LIVING; i++) {
                publishers.add(threads.submit(this::publish));
            }
            AtomicInteger tickets = new AtomicInteger(leavers);
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < AT_A_TIME; i++) {
                Random own = new Random(random.nextLong());
                workers.add(threads.submit(() -> {
                    while (tickets.getAndDecrement() > 0) {
                        workAndLeave(own, subscribersAreKilled);
                    }
                    return null;
                }));
            }
            workers.add(threads.submit(this::leaveUnread));
            for (Future<?> worker : workers) {
                worker.get(10, TimeUnit.MINUTES);
            }
            publishing = false;
            for (Future<?> publisher : publishers) {
                publisher.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            stats.await(
                    "all is delivered",
                    PATIENCE,
                    sample -> everybodyIsThere(sample)
                            && sample.get("waiting_messages") == before.get("waiting_messages"));
            listening = false;
            for (Future<List<Id>> subscriber : subscribers) {
                received.add(subscriber.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            }
            after = stats.await("the living have left", PATIENCE, sample -> sample.get("open_connections") == 1);
        }

        private List<Id> receive() throws IOException {
            List<Id> messages = new ArrayList<>();
            try (PlainClient client = new PlainClient(broker.host(), broker.port())) {
                client.subscribe(destination);
                while (listening) {
                    try {
                        messages.add(Id.of(client.receive(100)));
                    } catch (SocketTimeoutException e) {
                        // Whether to go on is looked at ten times a second.
                    }
                }
                client.goodbye();
                PlainClient.Rest rest = client.receiveRest(PATIENCE.toMillis());
                assertThat(rest.ending()).isEqualTo(Ending.CLEAN);
                rest.frames().forEach(message -> messages.add(Id.of(message)));
            }
            return messages;
        }

        private Void publish() throws IOException {
            long sender = senders.incrementAndGet();
            long published = 0;
            try (PlainClient client = new PlainClient(broker.host(), broker.port())) {
                client.subscribe("/null");
                while (publishing) {
                    client.publish(destination, ClientProcess.message(sender, published++));
                    if (published % 10 == 0) {
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
                    }
                }
                client.goodbye();
                assertThat(client.receiveRest(PATIENCE.toMillis()).ending()).isEqualTo(Ending.CLEAN);
            }
            confirmed.put(sender, published);
            return null;
        }

        // ------------------------------------------------------------ leavers

        private void workAndLeave(Random own, boolean subscribersAreKilled) throws Exception {
            boolean subscribes = own.nextBoolean();
            Leaving how = Leaving.values()[own.nextInt(Leaving.values().length)];
            if (subscribes && !subscribersAreKilled && !how.isOrderly()) {
                how = how == Leaving.KILL ? Leaving.FIN : Leaving.STOP_AND_GO_ON;
            }
            ChildClient child = child();
            child.tell("connect", broker.port(), RECEIVE_BUFFER_BYTES);
            long sender = senders.incrementAndGet();
            Path record = broker.out().resolveSibling("received-" + sender);
            if (subscribes) {
                records.add(record);
                child.tell("subscribe", destination);
                child.tell("listen", record);
            } else {
                child.tell("subscribe", "/null");
                child.tell("publish", destination, sender);
            }
            pause(own, LONGEST_WORK_MS);
            leave(child, how, own, sender, subscribes ? record : null);
            synchronized (left) {
                left.merge(how, 1, Integer::sum);
            }
        }

        /**
         * One after the other subscribes and reads nothing, for so long that every second and third is out of the turn.
         * Every third reads again, until it must be back. Then each sends a FIN and reads what was on its way.
         */
        private Void leaveUnread() throws IOException {
            for (int i = 0; i < UNREADING; i++) {
                List<Id> messages = new ArrayList<>();
                receivedLate.add(messages);
                try (PlainClient client = new PlainClient(broker.host(), broker.port(), RECEIVE_BUFFER_BYTES)) {
                    client.subscribe(destination);
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(i % 3 == 0 ? UNREAD_MS : LONG_UNREAD_MS));
                    while (i % 3 == 2 && messages.size() < READ_AGAIN) {
                        messages.add(Id.of(client.receive(PATIENCE.toMillis())));
                    }
                    client.halfClose();
                    PlainClient.Rest rest = client.receiveRest(PATIENCE.toMillis());
                    if (rest.ending() == Ending.RESET) {
                        faults.add("a FIN of one that had not read ended " + rest);
                    }
                    rest.frames().forEach(message -> messages.add(Id.of(message)));
                }
            }
            return null;
        }

        private void leave(ChildClient child, Leaving how, Random own, long sender, Path record) throws Exception {
            if (how == Leaving.STOP_AND_KILL || how == Leaving.STOP_AND_GO_ON) {
                child.freeze();
                pause(own, LONGEST_STOP_MS);
            }
            if (!how.isOrderly()) {
                child.kill();
                killedSubscribers.addAndGet(record == null ? 0 : 1);
                return;
            }
            if (how == Leaving.STOP_AND_GO_ON) {
                child.thaw();
            }
            ChildClient.Left report = child.leave(how == Leaving.FIN ? "fin" : "goodbye");
            // A message may be cut when a subscriber closes; it goes to another.
            boolean mayBeTorn = how == Leaving.FIN && record != null;
            if (!report.ending().equals("CLEAN")
                    && !(mayBeTorn && report.ending().equals("TORN"))) {
                faults.add(how + " ended " + report);
            }
            if (record == null) {
                confirmed.put(sender, report.published());
            } else if (Files.size(record) != report.received() * ClientProcess.RECORD_BYTES) {
                faults.add(record + " has " + Files.size(record) + " bytes after " + report);
            }
            idle.add(child);
        }

        // ------------------------------------------------------------ accounts

        long difference(String counter) {
            return after.get(counter) - before.get(counter);
        }

        long in() {
            return difference("messages_in");
        }

        long written() {
            return difference("messages_written");
        }

        long confirmedMessages() {
            return confirmed.values().stream().mapToLong(Long::longValue).sum();
        }

        /** What anybody got: the living, those who left, and those who were killed, until they were. */
        Receipts receipts() throws IOException {
            Receipts receipts = new Receipts();
            received.forEach(one -> one.forEach(receipts::add));
            receivedLate.forEach(one -> one.forEach(receipts::add));
            for (Path record : records) {
                recorded(record).forEach(receipts::add);
            }
            return receipts;
        }

        static List<Id> recorded(Path file) throws IOException {
            List<Id> messages = new ArrayList<>();
            if (Files.exists(file)) {
                ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
                while (bytes.remaining() >= ClientProcess.RECORD_BYTES) {
                    messages.add(new Id(bytes.getLong(), bytes.getLong()));
                }
            }
            return messages;
        }

        @Override
        public String toString() {
            return destination + " (" + broker.out().getParent().getFileName() + "): left " + left + ", "
                    + killedSubscribers + " killed subscribers, "
                    + receivedLate.stream().map(List::size).toList() + " received by those that did not read; " + in()
                    + " messages came in, " + confirmedMessages()
                    + " of them confirmed, " + written() + " were written";
        }
    }

    private static void pause(Random random, int atMostMs) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(atMostMs)));
    }

    private ChildClient child() throws IOException {
        ChildClient child = idle.poll();
        if (child == null) {
            child = new ChildClient();
            children.add(child);
        }
        return child;
    }

    // ---------------------------------------------------------------- a queue

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void everyMessageOfAQueueIsAccountedFor(String transport) throws Exception {
        start("killed-clients-queue", transport);
        long descriptors = broker.openDescriptors();
        long resident = broker.residentBytes();
        PlainClient paused = pausedPublisher();
        Random random = new Random(seed);

        // While no subscriber is killed nothing at all may be lost.
        Round first = new Round("/queue/traffic", random);
        first.run(QUEUE_LEAVERS / 3, false);
        Receipts receipts = first.receipts();
        System.out.println(first + ", " + receipts.received + " received");
        assertAccounted(first, receipts);
        assertThat(receipts.received).as("received").isEqualTo(first.written());

        Round second = new Round("/queue/traffic", random);
        second.run(QUEUE_LEAVERS - QUEUE_LEAVERS / 3, true);
        receipts = second.receipts();
        System.out.println(second + ", " + receipts.received + " received");
        assertAccounted(second, receipts);
        assertThat(second.written() - receipts.received)
                .as("written to the killed and not received")
                .isBetween(0L, second.killedSubscribers.get() * LOST_PER_KILL);

        goOn(paused);
        assertNothingIsLeft(descriptors, resident);
    }

    private static void assertAccounted(Round round, Receipts receipts) {
        assertThat(round.faults).isEmpty();
        for (DropReason reason : DropReason.values()) {
            assertThat(round.difference("dropped_messages." + reason.text()))
                    .as("dropped: " + reason.text())
                    .isZero();
        }
        assertThat(receipts.twice).as("received twice").isZero();
        assertThat(round.written()).as("written, of those that came in").isEqualTo(round.in());
        long lost = round.written() - receipts.received;
        long confirmedAndLost = 0;
        for (Map.Entry<Long, Long> publisher : round.confirmed.entrySet()) {
            assertThat(receipts.end(publisher.getKey()))
                    .as("numbers received of " + publisher)
                    .isLessThanOrEqualTo(publisher.getValue());
            confirmedAndLost += publisher.getValue() - receipts.count(publisher.getKey());
        }
        assertThat(confirmedAndLost).as("confirmed, but not received").isBetween(0L, lost);
        long ofKilledPublishers = receipts.numbers.keySet().stream()
                .filter(sender -> !round.confirmed.containsKey(sender))
                .mapToLong(receipts::end)
                .sum();
        assertThat(ofKilledPublishers)
                .as("published by killed publishers")
                .isLessThanOrEqualTo(round.in() - round.confirmedMessages());
    }

    // ---------------------------------------------------------------- a topic

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio"})
    @Execution(ExecutionMode.CONCURRENT)
    void thoseWhoStayAtATopicGetEverythingInOneOrder(String transport) throws Exception {
        start("killed-clients-topic", transport);
        long descriptors = broker.openDescriptors();
        long resident = broker.residentBytes();
        PlainClient paused = pausedPublisher();

        Round round = new Round("/topic/traffic", new Random(seed));
        round.run(TOPIC_LEAVERS, true);
        System.out.println(round);
        assertThat(round.faults).isEmpty();
        for (List<Id> one : round.received) {
            assertThat(one.size()).as("received by one that stayed").isEqualTo((int) round.in());
            assertThat(one.equals(round.received.get(0))).as("in one order").isTrue();
            assertConsecutive("one that stayed", one, true);
        }
        for (List<Id> one : round.receivedLate) {
            assertConsecutive("one that did not read until it left", one, false);
        }
        for (Path record : round.records) {
            assertConsecutive(record.toString(), Round.recorded(record), false);
        }
        assertThat(round.difference("dropped_messages.overflow"))
                .as("dropped: overflow")
                .isZero();

        goOn(paused);
        assertNothingIsLeft(descriptors, resident);
    }

    /** Of every sender the numbers came one after the other; from 0 on, for one that was there from the beginning. */
    private static void assertConsecutive(String who, List<Id> messages, boolean fromTheBeginning) {
        Map<Long, Long> next = new HashMap<>();
        for (Id id : messages) {
            long first = fromTheBeginning ? 0 : id.number();
            long expected = next.getOrDefault(id.sender(), first);
            if (expected != id.number()) {
                throw new AssertionError(who + " got " + id + " instead of number " + expected);
            }
            next.put(id.sender(), expected + 1);
        }
    }

    // ---------------------------------------------------------------- the broker

    private void start(String name, String transport) throws Exception {
        broker = BrokerProcess.start(
                name + "-" + transport,
                "--stats-interval",
                "100ms",
                "--set",
                "transport.type=" + transport,
                "--set",
                "transport.send-buffer=32KiB",
                "--set",
                "queues.stall-timeout=" + STALL_TIMEOUT_MS + "ms",
                "--set",
                "delivery.overflow=[{pattern: " + FULL + ", max-messages: 10}]");
        stats = new StatsFollower(broker.statsFile());
        try (WorkingPair topic = new WorkingPair(broker, "/topic/first");
                WorkingPair queue = new WorkingPair(broker, "/queue/first")) {
            topic.awaitMore(20_000);
            queue.awaitMore(20_000);
            topic.finish();
            queue.finish();
        }
        stats.await("the first have left", PATIENCE, sample -> sample.get("open_connections") == 0);
    }

    /** A publisher that is not read, because its queue is full, and must outlive all that happens around it. */
    private PlainClient pausedPublisher() throws IOException {
        PlainClient publisher = new PlainClient(broker.host(), broker.port());
        publisher.subscribe("/null");
        for (int i = 0; i < PAUSED_MESSAGES; i++) {
            publisher.publish(FULL, ClientProcess.message(0, i));
        }
        stats.await("it is pushed back", PATIENCE, sample -> sample.get("waiting_publishers") == 1);
        return publisher;
    }

    /** Its queue is emptied: it is read again, and all it has sent arrives. */
    private void goOn(PlainClient paused) throws IOException {
        try (PlainClient subscriber = new PlainClient(broker.host(), broker.port())) {
            subscriber.subscribe(FULL);
            paused.publish(FULL, ClientProcess.message(0, PAUSED_MESSAGES));
            for (int i = 0; i <= PAUSED_MESSAGES; i++) {
                assertThat(ClientProcess.numberOf(subscriber.receive(PATIENCE.toMillis())))
                        .isEqualTo(i);
            }
            paused.goodbye();
            assertThat(paused.receiveRest(PATIENCE.toMillis()).ending())
                    .as("how the paused publisher left")
                    .isEqualTo(Ending.CLEAN);
        }
    }

    private void assertNothingIsLeft(long descriptorsBefore, long residentBefore) {
        StatsSample last = stats.await(
                "nothing is left",
                PATIENCE,
                sample -> sample.get("open_connections") == 0 && sample.get("pinned_bytes") == 0);
        assertThat(last.get("waiting_messages")).as("waiting messages").isZero();
        assertThat(last.get("connections_accepted")).as("accepted, all closed").isEqualTo(last.allCloses());
        org.awaitility.Awaitility.await("no descriptor is left")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(broker.openDescriptors()).isLessThanOrEqualTo(descriptorsBefore));
        assertThat(broker.residentBytes() - residentBefore)
                .as("growth of resident memory")
                .isLessThan(MAX_GROWTH_BYTES);
        System.out.printf("VmRSS %d -> %d KiB%n", residentBefore / 1024, broker.residentBytes() / 1024);
        assertThat(BrokerLog.of(broker).alarms()).isEmpty();
    }

    @AfterEach
    void stop() {
        children.forEach(ChildClient::close);
        threads.shutdownNow();
        if (broker != null) {
            broker.close();
        }
    }
}

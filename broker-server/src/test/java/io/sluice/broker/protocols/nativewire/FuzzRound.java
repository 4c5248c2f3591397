package io.sluice.broker.protocols.nativewire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.base.PinnedMemory;
import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.delivery.SlowLines;
import io.sluice.broker.destination.Destination;
import io.sluice.broker.destination.DestinationRegistry;
import io.sluice.broker.destination.MemoryPushBack;
import io.sluice.broker.message.BatchBuilder;
import io.sluice.broker.message.PageStore;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.CounterTotals;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.session.DeliveryRules;
import io.sluice.broker.session.LiveSettings;
import io.sluice.broker.session.SessionContext;
import io.sluice.broker.session.Sessions;
import io.sluice.broker.transport.CloseLog;
import io.sluice.broker.transport.Connections;
import io.sluice.broker.transport.ScriptedChannel;
import io.sluice.broker.transport.WireProtocol;
import io.sluice.broker.transport.WiredConnection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A broker without sockets and a few clients that share destinations, from the first to the last. Their reads come in
 * random order and are cut at random places; kernels block and go on; each connection's loop runs when chance says so; the
 * time is virtual. After every step the broker has come to what the model says, and at the end not a byte is kept.
 */
final class FuzzRound {
    private static final int MOST_CLIENTS = 6;
    private static final int READ_BYTES = 64 * 1024;
    private static final int[] MAX_FRAMES = {300, 2_000, 40_000, 40_000, 40_000, 40_000, 70_000};
    private static final int LARGEST_FRAME = 1024 * 1024;
    private static final int SMALLEST_UNFINISHED_BYTES = 64;
    private static final long START_MS = TimeUnit.DAYS.toMillis(1);

    private static final byte[] OVERWRITTEN = new byte[READ_BYTES];

    static {
        Arrays.fill(OVERWRITTEN, (byte) 0xa5);
    }

    private final Random random;
    private final FuzzModel model;
    private final FuzzStreams streams;
    private final int fuzzed;

    /** Whether first frames come in drops. */
    private final boolean trickling;

    private final List<FuzzPeer> peers = new ArrayList<>();
    private final BrokerCounters counters = new BrokerCounters();
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final PinnedMemory memory = new PinnedMemory(1L << 30);
    private final Connections connections = new Connections(1000);
    private final NanoClock clock;
    private final Sessions sessions;
    private final DestinationRegistry destinations;
    private final List<WireProtocol> protocols;
    private final CloseLog closeLog;

    /** One for all reads, as a loop has one for all its connections. */
    private final ByteBuf readBuffer;

    private final BrokerConfig config;
    private final long keptBytes;
    private long nowMs = START_MS;

    FuzzRound(Random random) {
        this.random = random;
        int maxFrameBytes = chance(3) ? LARGEST_FRAME : MAX_FRAMES[random.nextInt(MAX_FRAMES.length)];
        int maxDestinations = 2 + random.nextInt(5);
        this.model = new FuzzModel(maxFrameBytes, maxDestinations);
        this.streams = new FuzzStreams(random, maxFrameBytes);
        this.fuzzed = 1 + random.nextInt(MOST_CLIENTS);
        this.trickling = chance(3);
        this.clock = () -> TimeUnit.MILLISECONDS.toNanos(nowMs);
        this.config = BrokerConfig.defaults()
                .with("native.max-frame", maxFrameBytes + "B")
                .with("transport.frame-timeout", FuzzModel.FRAME_TIMEOUT_MS + "ms")
                .with("transport.handshake-timeout", FuzzModel.HANDSHAKE_TIMEOUT_MS + "ms")
                .with("transport.idle-timeout", FuzzModel.IDLE_TIMEOUT_MS + "ms");
        DeliveryRules rules = new DeliveryRules(config.sendQueue(), config.queues(), config.overflow());
        this.sessions = new Sessions(memory, clock);
        memory.onFull(sessions::relieveMemory);
        this.destinations = new DestinationRegistry(
                maxDestinations, TimeUnit.HOURS.toNanos(1), rules::forQueue, clock, counters, PageStore.none());
        SessionContext context = new SessionContext(
                destinations,
                new LiveSettings(new LiveSettings.Values(
                        rules, config.transport(), config.nativeWire(), FuzzModel.DRAIN_TIMEOUT_MS)),
                memory,
                new MemoryPushBack(memory, clock, counters, sessions::relieveForQueues),
                counters,
                sessions,
                new SlowLines(clock),
                allocator,
                clock);
        this.protocols = List.of(new NativeProtocol(context));
        this.closeLog = new CloseLog(clock);
        this.readBuffer = allocator.directBuffer(READ_BYTES, READ_BYTES);
        // A thread's scratch buffer outlives the builder that made it.
        new BatchBuilder(allocator, memory);
        this.keptBytes = allocator.metric().usedDirectMemory();
    }

    /** Plays the round, and checks it. */
    void run() {
        for (int i = 0; i < fuzzed; i++) {
            FuzzPeer peer = connect(streams.next());
            if (chance(25)) {
                peer.block(random.nextInt(500));
            }
        }
        sendAll();
        if (chance(70)) {
            peers.forEach(FuzzPeer::unblock);
        }
        runAllLoops();
        peers.forEach(this::assertDelivered);
        if (chance(10)) {
            shutDown();
        } else {
            peers.stream().filter(FuzzPeer::isOpen).forEach(this::end);
        }
        fallSilent();
        emptyQueues();
        assertCounts();
        assertReceived();
        assertNothingKept();
    }

    /** Clients with a random stream. */
    int sessions() {
        return fuzzed;
    }

    /** Those of them that began with a valid first frame. */
    int handshakes() {
        return (int) peers.stream()
                .limit(fuzzed)
                .filter(peer -> peer.model.hasHandshake())
                .count();
    }

    Map<CloseReason, Long> closes() {
        return counters.totals().closes();
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    // ---------------------------------------------------------------- what happens

    private FuzzPeer connect(byte[] stream) {
        WiredConnection connection = new WiredConnection(
                random.nextBoolean() ? ScriptedChannel.Reading.AS_NIO : ScriptedChannel.Reading.AS_EPOLL,
                protocols,
                connections,
                counters,
                closeLog,
                allocator,
                config.transport(),
                clock);
        FuzzPeer peer = new FuzzPeer(model.new Client(stream, nowMs), connection);
        peers.add(peer);
        return peer;
    }

    private void sendAll() {
        List<FuzzPeer> sending = new ArrayList<>(peers);
        while (!sending.isEmpty()) {
            FuzzPeer peer = any(sending);
            int choice = random.nextInt(100);
            if (choice < 4) {
                peer.block(chance(50) ? 0 : random.nextInt(2_000));
            } else if (choice < 6) {
                peer.unblock();
            } else if (choice < 10) {
                advanceTo(nowMs + random.nextInt(100));
            } else if (choice < 11) {
                advanceTo(Math.max(nowMs, peer.model.deadlineMs() + random.nextInt(2)));
            } else {
                read(peer);
                if (trickling && !peer.model.hasHandshake()) {
                    advanceTo(nowMs + random.nextInt(1_900));
                }
            }
            if (chance(25)) {
                runAllLoops();
            }
            sending.removeIf(one -> !one.isOpen() || one.model.unsentBytes() == 0);
        }
    }

    /** One to four reads in a row, and with the last bytes perhaps the end, before the loop comes to its tasks. */
    private void read(FuzzPeer peer) {
        peer.connection.inOneGo(() -> {
            for (int reads = chance(80) ? 1 : 2 + random.nextInt(3); reads > 0 && peer.isOpen(); reads--) {
                readOnce(peer);
            }
            if (peer.isOpen() && peer.model.unsentBytes() == 0 && !peer.model.hasSaidGoodbye()) {
                int choice = random.nextInt(100);
                if (choice < 10) {
                    endInput(peer);
                } else if (choice < 15) {
                    reset(peer);
                }
            }
        });
        peer.check();
        assertNothingOnTheWordOfALength();
    }

    private void readOnce(FuzzPeer peer) {
        int left = peer.model.unsentBytes();
        int some = 1 + random.nextInt(trickling && !peer.model.hasHandshake() ? 3 : 200);
        int bytes = Math.min(READ_BYTES, chance(33) && some > 3 ? left : Math.min(left, some));
        if (bytes == 0) {
            return;
        }
        readBuffer.clear();
        peer.model.read(bytes, nowMs, readBuffer);
        peer.connection.read(readBuffer.retain());
        assertThat(readBuffer.refCnt())
                .as("users of the buffer all reads share")
                .isEqualTo(1);
        readBuffer.setBytes(0, OVERWRITTEN, 0, bytes);
    }

    private void endInput(FuzzPeer peer) {
        peer.model.endInput();
        peer.connection.endInput();
    }

    private void reset(FuzzPeer peer) {
        peer.model.reset();
        peer.connection.reset();
    }

    /** Again and again, since what one loop does may be work for another. */
    private void runAllLoops() {
        boolean any = true;
        for (int times = 0; any; times++) {
            assertThat(times).as("times that all loops had tasks in a row").isLessThan(1000);
            any = false;
            for (FuzzPeer peer : peers) {
                any |= peer.runTasks();
            }
        }
    }

    private void advanceTo(long ms) {
        nowMs = ms;
        for (FuzzPeer peer : peers) {
            if (peer.isOpen()) {
                Optional.ofNullable(peer.model.overdueAt(nowMs)).ifPresent(peer.model::close);
                peer.connection.tick();
                peer.check();
            }
        }
    }

    /** A client that has sent all it wants leaves, is reset, or says no more. */
    private void end(FuzzPeer peer) {
        int choice = random.nextInt(3);
        if (choice == 0) {
            endInput(peer);
        } else if (choice == 1) {
            reset(peer);
        }
        peer.check();
    }

    private void shutDown() {
        sessions.stopPublishing();
        sessions.all().forEach(session -> session.connection().execute(session::finish));
        for (FuzzPeer peer : peers) {
            if (peer.isOpen() && peer.model.isDetected()) {
                peer.model.close(CloseReason.SHUTDOWN);
                peer.runTasks();
            }
        }
    }

    /** Whoever is still there is open to the last moment of its timeout, and closed in the next. */
    private void fallSilent() {
        Optional<FuzzPeer> first = firstToGo();
        while (first.isPresent()) {
            advanceTo(Math.max(nowMs, first.get().model.deadlineMs()));
            advanceTo(nowMs + 1);
            assertThat(first.get().isOpen()).as("open after its timeout").isFalse();
            first = firstToGo();
        }
    }

    private Optional<FuzzPeer> firstToGo() {
        return peers.stream().filter(FuzzPeer::isOpen).min(Comparator.comparingLong(peer -> peer.model.deadlineMs()));
    }

    /** What waits in queues goes to more clients, of which each takes a window full at least. */
    private void emptyQueues() {
        if (model.closes.containsKey(CloseReason.SHUTDOWN)) {
            return;
        }
        for (Destination queue : List.copyOf(destinations.all())) {
            byte[] name = FuzzStreams.frame(queue.name().toString().getBytes(StandardCharsets.UTF_8));
            boolean more = true;
            while (more) {
                FuzzPeer peer = connect(Arrays.copyOf(name, name.length + 4));
                while (peer.model.unsentBytes() > 0) {
                    read(peer);
                }
                assertThat(peer.model.closed()).isEqualTo(CloseReason.GOODBYE);
                more = queue.snapshot().waitingMessages() > 0;
                assertThat(more && peer.received().isEmpty())
                        .as("nothing came although something waits")
                        .isFalse();
            }
        }
    }

    // ---------------------------------------------------------------- what must hold

    /** Memory grows with what was received only. */
    private void assertNothingOnTheWordOfALength() {
        long unfinished = 0;
        long atMost = 4 * model.keptBytes;
        for (FuzzPeer peer : peers) {
            if (peer.isOpen()) {
                unfinished += peer.model.isDetected() ? peer.model.unfinishedBytes() : 0;
                atMost += SMALLEST_UNFINISHED_BYTES + 2L * peer.model.unfinishedBytes();
            }
        }
        assertThat(allocator.metric().usedDirectMemory() - keptBytes)
                .as("bytes of buffers")
                .isBetween(unfinished, atMost);
        assertThat(memory.bytes()).as("pinned bytes").isGreaterThanOrEqualTo(unfinished);
    }

    /** Nobody waits for what could be had. */
    private void assertDelivered(FuzzPeer peer) {
        if (!peer.isOpen() || peer.isBlocked() || !peer.model.hasHandshake()) {
            return;
        }
        if (!peer.isSubscribedToQueue()) {
            assertThat(peer.hasGotAll()).as("got all messages of its topic").isTrue();
            return;
        }
        for (Destination destination : destinations.all()) {
            if (destination.name().toString().equals(peer.model.subscribedTo())) {
                assertThat(destination.snapshot().waitingMessages())
                        .as("waiting although a subscriber has room")
                        .isZero();
            }
        }
    }

    private void assertCounts() {
        CounterTotals totals = counters.totals();
        for (CloseReason reason : CloseReason.values()) {
            assertThat(totals.closed(reason))
                    .as("closed for " + reason.text())
                    .isEqualTo(model.closes.getOrDefault(reason, 0L));
        }
        assertThat(totals.messagesIn()).as("messages in").isEqualTo(model.messages);
        assertThat(totals.bytesIn()).as("bytes in").isEqualTo(model.payloadBytes);
        assertThat(totals.dropped(DropReason.NO_SUBSCRIBER))
                .as("without subscriber")
                .isEqualTo(model.noSubscriber);
        assertThat(totals.dropped(DropReason.NOWHERE)).as("to nowhere").isEqualTo(model.nowhere);
        assertThat(totals.pushBacks()).as("push-backs").isZero();
        // Of a frame whose length is refused only the length may have been received.
        long refused = model.closes.getOrDefault(CloseReason.FRAME_TOO_LONG, 0L)
                + model.closes.getOrDefault(CloseReason.INVALID_NAME, 0L);
        assertThat(totals.unreadBytes())
                .as("bytes of unfinished frames thrown away")
                .isBetween(model.unreadBytes, model.unreadBytes + 4 * refused);
        assertThat(destinations.all()).as("destinations").hasSize(model.queues.size());
    }

    /** Each message of a queue came once, each of a topic to every subscriber unless it left before. */
    private void assertReceived() {
        CounterTotals totals = counters.totals();
        Map<String, Map<ByteBuffer, Integer>> missing = new HashMap<>();
        model.queues.forEach((queue, payloads) -> {
            Map<ByteBuffer, Integer> counts = missing.computeIfAbsent(queue, unused -> new HashMap<>());
            payloads.forEach(payload -> counts.merge(ByteBuffer.wrap(payload), 1, Integer::sum));
        });
        long written = 0;
        long notGot = 0;
        for (FuzzPeer peer : peers) {
            List<byte[]> received = peer.received();
            written += received.size();
            if (!peer.isSubscribedToQueue()) {
                notGot += peer.model.expected.size() - received.size();
                continue;
            }
            for (byte[] message : received) {
                assertThat(missing.get(peer.model.subscribedTo()).merge(ByteBuffer.wrap(message), -1, Integer::sum))
                        .as("times a message of a queue is still to come")
                        .isNotNegative();
            }
            if (totals.messagesReturned() == 0) {
                assertInOrder(received, model.queues.get(peer.model.subscribedTo()));
            }
        }
        long purged = 0;
        for (Destination destination : destinations.all()) {
            purged += destination.purge(DropReason.PURGED);
        }
        long notCome = missing.values().stream()
                .flatMap(counts -> counts.values().stream())
                .mapToLong(Integer::longValue)
                .sum();
        assertThat(purged).as("messages of queues nobody got").isEqualTo(notCome);
        if (!model.closes.containsKey(CloseReason.SHUTDOWN)) {
            assertThat(notCome).as("left in queues that were emptied").isZero();
        }
        assertThat(totals.messagesWritten()).as("messages written").isEqualTo(written);
        assertThat(totals.dropped(DropReason.SUBSCRIBER_LEFT) + totals.dropped(DropReason.SHUTDOWN))
                .as("messages of topics for subscribers that left before they got them")
                .isEqualTo(notGot);
    }

    private static void assertInOrder(List<byte[]> received, List<byte[]> sent) {
        int next = 0;
        for (byte[] message : received) {
            while (next < sent.size() && !Arrays.equals(sent.get(next), message)) {
                next++;
            }
            assertThat(next++).as("place of a message among those sent").isLessThan(sent.size());
        }
    }

    private void assertNothingKept() {
        assertThat(connections.all()).as("open connections").isEmpty();
        assertThat(sessions.all()).as("sessions").isEmpty();
        assertThat(memory.bytes()).as("pinned bytes").isZero();
        assertThat(memory.batches()).as("batches").isZero();
        assertThat(allocator.metric().usedDirectMemory()).as("bytes of buffers").isEqualTo(keptBytes);
        readBuffer.release();
    }
}

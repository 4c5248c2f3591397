package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.uring.IoUring;
import io.sluice.broker.base.ManualClock;
import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.destination.Destination;
import io.sluice.broker.destination.DestinationRegistry;
import io.sluice.broker.destination.QueueSettings;
import io.sluice.broker.message.BacklogBounds;
import io.sluice.broker.message.Batches;
import io.sluice.broker.message.DestinationName;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.message.PageStore;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.transport.CloseLog;
import io.sluice.broker.transport.Connection;
import io.sluice.broker.transport.Connections;
import io.sluice.broker.transport.Listener;
import io.sluice.broker.transport.TransportKind;
import io.sluice.broker.transport.WireProtocol;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The send queue over real sockets, of each transport there is here: what the kernel took, and what it did not. */
final class SendQueueSocketTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final BacklogBounds UNLIMITED = new BacklogBounds(Long.MAX_VALUE, Long.MAX_VALUE);
    private static final int PAYLOAD_BYTES = 1_000;
    private static final int MESSAGES = 3_000;

    private final ManualClock clock = new ManualClock();
    private final BrokerCounters counters = new BrokerCounters();
    private final Batches batches = new Batches();
    private final DestinationRegistry registry = new DestinationRegistry(
            10,
            Long.MAX_VALUE,
            name -> new QueueSettings(UNLIMITED, OverflowPolicies.forQueues()),
            clock,
            counters,
            PageStore.none());
    private final BlockingQueue<Subscription> subscriptions = new LinkedBlockingQueue<>();
    private final List<Socket> sockets = new ArrayList<>();
    private Listener listener;
    private InetSocketAddress address;

    static Stream<TransportKind> transports() {
        Stream<TransportKind> there = Stream.of(TransportKind.NIO);
        there = Epoll.isAvailable() ? Stream.concat(there, Stream.of(TransportKind.EPOLL)) : there;
        return IoUring.isAvailable() ? Stream.concat(there, Stream.of(TransportKind.IO_URING)) : there;
    }

    @AfterEach
    void nothingIsHeld() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        await().atMost(PATIENCE).until(() -> listener.connections().open() == 0);
        listener.close();
        registry.all().forEach(destination -> destination.purge(DropReason.PURGED));
        batches.assertNothingHeld();
    }

    @ParameterizedTest
    @MethodSource("transports")
    void whatTheKernelDidNotTakeReturnsWhenTheClientResets(TransportKind kind) throws Exception {
        listen(kind);
        Subscription gone = subscribe();
        publish(0, MESSAGES);
        await().atMost(PATIENCE).until(() -> gone.messagesWritten() > 0);
        gone.socket.setSoLinger(true, 0);
        gone.socket.close();
        // A client that is not read is noticed to be gone when something is written to it, or at once.
        await().atMost(PATIENCE)
                .until(() -> registry.all().iterator().next().snapshot().subscribers() == 0);
        int taken = (int) gone.messagesWritten();
        assertThat(counters.totals().messagesReturned()).isEqualTo(MESSAGES - taken);
        Subscription next = subscribe();
        assertThat(next.read(MESSAGES - taken)).isEqualTo(range(taken, MESSAGES));
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aStalledSubscriberGetsWholeMessagesAndOthersGetTheRest(TransportKind kind) throws Exception {
        listen(kind);
        Subscription stalled = subscribe();
        publish(0, MESSAGES);
        await().atMost(PATIENCE).until(() -> stalled.messagesWritten() > 0);
        await().atMost(PATIENCE).until(() -> {
            // What was sent a moment ago counts as progress.
            stalled.stall();
            return counters.totals().messagesReturned() > 0;
        });
        long returned = counters.totals().messagesReturned();
        int kept = MESSAGES - (int) returned;
        assertThat(returned).isPositive();
        Subscription other = subscribe();
        assertThat(other.read((int) returned)).isEqualTo(range(kept, MESSAGES));
        // It reads again: what was begun comes whole, and what comes later is in its place.
        assertThat(stalled.read(kept)).isEqualTo(range(0, kept));
        await().atMost(PATIENCE).until(() -> stalled.queue.heldMessages() == 0);
        stalled.settle();
        publish(MESSAGES, 100);
        List<Long> later = stalled.read(50);
        later.addAll(other.read(50));
        assertThat(later).containsExactlyInAnyOrderElementsOf(range(MESSAGES, MESSAGES + 100));
    }

    @ParameterizedTest
    @MethodSource("transports")
    void everythingArrivesInOrderThoughTheClientReadsSlowly(TransportKind kind) throws Exception {
        listen(kind);
        Subscription reader = subscribe();
        publish(0, MESSAGES);
        assertThat(reader.read(MESSAGES)).isEqualTo(range(0, MESSAGES));
        await().atMost(PATIENCE).until(() -> reader.queue.heldBytes() == 0);
        assertThat(reader.messagesWritten()).isEqualTo(MESSAGES);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void whatSharesPagesAndWhatDoesNotArrivesInOrderAndIsCountedOnce(TransportKind kind) throws Exception {
        listen(kind);
        try (PageStore store = PageStore.inMemory(1024)) {
            Subscription reader = subscribe();
            for (int from = 0; from < MESSAGES; from += 32) {
                int end = Math.min(from + 32, MESSAGES);
                MessageBatch batch = batch(from, end);
                if (from % 5 > 1) {
                    store.share(batch);
                }
                reader.queue.offer(batch);
                if (from % 1000 == 0) {
                    reader.settle();
                }
            }
            assertThat(reader.read(MESSAGES)).isEqualTo(range(0, MESSAGES));
            await().atMost(PATIENCE).until(() -> reader.queue.heldBytes() == 0);
            assertThat(reader.queue.heldMessages()).isZero();
            assertThat(reader.messagesWritten()).isEqualTo(MESSAGES);
        }
    }

    private void listen(TransportKind kind) throws Exception {
        BrokerConfig config = BrokerConfig.defaults()
                .with(Map.of("listen.port", "0", "transport.event-loops", "1", "transport.send-buffer", "16 KiB"));
        listener = new Listener(
                config.transport(),
                kind,
                new Connections(100),
                List.of(new Subscribing()),
                counters,
                new CloseLog(clock),
                () -> {},
                clock);
        address = listener.bind(config.listen(), batches.allocator());
    }

    private Subscription subscribe() throws Exception {
        Socket socket = new Socket();
        sockets.add(socket);
        socket.setReceiveBufferSize(16 * 1024);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.connect(address);
        socket.getOutputStream().write('s');
        Subscription subscription = subscriptions.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(subscription).isNotNull();
        subscription.socket = socket;
        return subscription;
    }

    /** In batches of 32 KiB. */
    private void publish(int first, int count) {
        Destination destination = Objects.requireNonNull(registry.find(DestinationName.of("/queue/test")));
        for (int from = first; from < first + count; from += 32) {
            int end = Math.min(from + 32, first + count);
            destination.publish(batch(from, end), new SendQueueFixture.CountingPublisher());
        }
    }

    private MessageBatch batch(int from, int end) {
        return batches.arrivingAt(clock.nowNs())
                .of(LongStream.range(from, end)
                        .mapToObj(number -> number + " ".repeat(PAYLOAD_BYTES))
                        .map(text -> text.substring(0, PAYLOAD_BYTES))
                        .toList());
    }

    private static List<Long> range(int from, int end) {
        return LongStream.range(from, end).boxed().toList();
    }

    /** Subscribes each connection to the queue with its first byte. */
    private final class Subscribing implements WireProtocol {
        @Override
        public String name() {
            return "test";
        }

        @Override
        public Match match(ByteBuf first) {
            return Match.YES;
        }

        @Override
        public void install(Connection connection) {
            connection.handshakeDone();
            SendQueue queue = new SendQueue(
                    connection,
                    "/queue/test",
                    new PlainEncoder(),
                    new SendQueueSettings(UNLIMITED, OverflowPolicies.forQueues(), 0, 30_000, 30_000),
                    true,
                    64 * 1024,
                    new SlowLines(clock),
                    clock);
            queue.attach(Objects.requireNonNull(registry.subscribe(DestinationName.of("/queue/test"), queue)));
            connection.install(name(), new ChannelInboundHandlerAdapter() {
                @Override
                public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                    if (event == ChannelInputShutdownEvent.INSTANCE) {
                        connection.close(CloseReason.LEFT, "");
                    }
                }

                @Override
                public void channelInactive(ChannelHandlerContext ctx) {
                    queue.onClosed(DropReason.SUBSCRIBER_LEFT);
                    ctx.fireChannelInactive();
                }
            });
            subscriptions.add(new Subscription(connection, queue));
        }
    }

    private final class Subscription {
        private final Connection connection;
        private final SendQueue queue;
        private Socket socket;
        private DataInputStream in;

        Subscription(Connection connection, SendQueue queue) {
            this.connection = connection;
            this.queue = queue;
        }

        long messagesWritten() {
            return queue.snapshot("").messagesWritten();
        }

        /** Half a minute passes in which the socket takes nothing. */
        void stall() throws Exception {
            onLoop(() -> {
                for (int second = 0; second <= 30; second++) {
                    queue.tick(clock.nowNs());
                    clock.advanceMs(1_000);
                }
            });
        }

        /** What its loop had begun is done. */
        void settle() throws Exception {
            onLoop(() -> {});
        }

        private void onLoop(Runnable task) throws Exception {
            CompletableFuture<Void> done = new CompletableFuture<>();
            connection.execute(() -> {
                try {
                    task.run();
                    done.complete(null);
                } catch (Throwable e) {
                    done.completeExceptionally(e);
                }
            });
            done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }

        /** Reads so many messages. */
        List<Long> read(int count) throws IOException {
            if (in == null) {
                in = new DataInputStream(socket.getInputStream());
            }
            List<Long> numbers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                assertThat(in.readInt()).as("length of message %d", i).isEqualTo(PAYLOAD_BYTES);
                byte[] payload = in.readNBytes(PAYLOAD_BYTES);
                numbers.add(Long.valueOf(new String(payload, StandardCharsets.US_ASCII).strip()));
            }
            return numbers;
        }
    }
}

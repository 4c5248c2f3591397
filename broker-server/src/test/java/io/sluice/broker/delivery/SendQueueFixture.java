package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.ManualClock;
import io.sluice.broker.destination.Destination;
import io.sluice.broker.destination.DestinationRegistry;
import io.sluice.broker.destination.Publisher;
import io.sluice.broker.destination.QueueSettings;
import io.sluice.broker.message.BacklogBounds;
import io.sluice.broker.message.Batches;
import io.sluice.broker.message.DestinationKind;
import io.sluice.broker.message.DestinationName;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.message.PageStore;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.metrics.SubscriberSnapshot;
import io.sluice.broker.transport.ScriptedChannel;
import io.sluice.broker.transport.TestConnection;
import io.sluice.broker.transport.TransportKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Destinations, and subscribers of them whose sockets take what a test allows. */
final class SendQueueFixture {
    static final BacklogBounds UNLIMITED = new BacklogBounds(Long.MAX_VALUE, Long.MAX_VALUE);
    static final long STALL_TIMEOUT_MS = 30_000;
    static final long PUSH_BACK_TIMEOUT_MS = 30_000;
    static final int IN_FLIGHT_BYTES = 1_000;

    final ManualClock clock = new ManualClock();
    final BrokerCounters counters = new BrokerCounters();
    final Batches batches;
    final DestinationRegistry registry;

    private final ScriptedChannel.Reading reading;
    private final TransportKind kind;
    private final List<Client> clients = new ArrayList<>();

    SendQueueFixture() {
        this(ScriptedChannel.Reading.AS_NIO, TransportKind.NIO, Long.MAX_VALUE);
    }

    SendQueueFixture(ScriptedChannel.Reading reading, TransportKind kind, long maxMemoryBytes) {
        this.reading = reading;
        this.kind = kind;
        this.batches = new Batches(maxMemoryBytes);
        this.registry = new DestinationRegistry(
                100,
                Long.MAX_VALUE,
                name -> new QueueSettings(UNLIMITED, OverflowPolicies.forQueues()),
                clock,
                counters,
                PageStore.none());
    }

    /** One subscriber: its queue, its connection and what reached it. */
    final class Client {
        final TestConnection connection;
        final SendQueue queue;
        final Destination destination;

        private Client(String destinationName, SendQueueSettings settings, int inFlightBytes) {
            DestinationName name = DestinationName.of(destinationName);
            connection = new TestConnection("c-" + (clients.size() + 1), reading, kind, clock, counters);
            queue = new SendQueue(
                    connection.connection(),
                    destinationName,
                    new PlainEncoder(),
                    settings,
                    name.kind() == DestinationKind.QUEUE,
                    inFlightBytes,
                    new SlowLines(clock),
                    clock);
            destination = Objects.requireNonNull(registry.subscribe(name, queue));
            connection.loop().runInside(() -> queue.attach(destination));
            connection.whenClosed(() -> queue.onClosed(DropReason.SUBSCRIBER_LEFT));
        }

        /** Lets the loop do what waits. */
        void run() {
            connection.loop().runTasks();
        }

        void tick() {
            connection.loop().runInside(() -> queue.tick(clock.nowNs()));
        }

        /** Payloads that the kernel took whole. */
        List<String> received() {
            return Batches.payloads(connection.channel().taken());
        }

        List<Long> receivedNumbers() {
            return Batches.numbers(received());
        }

        long receivedBytes() {
            return connection.channel().taken().readableBytes();
        }

        SubscriberSnapshot snapshot() {
            return queue.snapshot("there");
        }

        boolean isClosed() {
            return !connection.channel().isOpen();
        }
    }

    static SendQueueSettings settings(BacklogBounds bounds, String policy) {
        return settings(bounds, policy, 0);
    }

    static SendQueueSettings settings(BacklogBounds bounds, String policy, long maxAgeMs) {
        return new SendQueueSettings(
                bounds, OverflowPolicies.named(policy), maxAgeMs, PUSH_BACK_TIMEOUT_MS, STALL_TIMEOUT_MS);
    }

    static BacklogBounds messages(long maxMessages) {
        return new BacklogBounds(Long.MAX_VALUE, maxMessages);
    }

    /** Time passes, in which the loop of a subscriber looks at it twice a second. */
    void pass(Client client, long millis) {
        for (long left = millis; left > 0; left -= 500) {
            clock.advanceMs(Math.min(left, 500));
            client.tick();
        }
    }

    /** A subscriber of a topic. */
    Client ofTopic(SendQueueSettings settings) {
        return ofTopic(settings, IN_FLIGHT_BYTES);
    }

    /** A subscriber of a topic, of which so much is handed to the channel at a time. */
    Client ofTopic(SendQueueSettings settings, int inFlightBytes) {
        return subscribe("/topic/test", settings, inFlightBytes);
    }

    /** A subscriber of a queue, with a window of so many messages. */
    Client ofQueue(long windowMessages) {
        return subscribe("/queue/test", settings(messages(windowMessages), "push-back"), IN_FLIGHT_BYTES);
    }

    Client subscribe(String destinationName, SendQueueSettings settings, int inFlightBytes) {
        Client client = new Client(destinationName, settings, inFlightBytes);
        clients.add(client);
        return client;
    }

    MessageBatch numbered(long first, int count) {
        return batches.arrivingAt(clock.nowNs()).numbered(first, count);
    }

    MessageBatch large(String text, int payloadBytes) {
        return batches.arrivingAt(clock.nowNs()).large(text, payloadBytes);
    }

    long dropped(DropReason reason) {
        return counters.totals().dropped(reason);
    }

    /** Closes everybody; then nothing may be held. */
    void close() {
        for (Client client : clients) {
            client.connection.reset();
            client.run();
            assertThat(client.queue.heldMessages()).as("held messages").isZero();
            assertThat(client.queue.heldBytes()).as("held bytes").isZero();
        }
        registry.all().forEach(destination -> destination.purge(DropReason.PURGED));
        batches.assertNothingHeld();
    }

    static final class CountingPublisher implements Publisher {
        int pauses;
        int resumes;

        @Override
        public void pause() {
            pauses++;
        }

        @Override
        public void resume() {
            resumes++;
        }

        boolean isPaused() {
            return pauses > resumes;
        }

        @Override
        public String describe() {
            return "publisher";
        }
    }
}

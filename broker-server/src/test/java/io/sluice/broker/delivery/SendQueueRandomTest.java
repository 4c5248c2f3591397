package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.Seed;
import io.sluice.broker.delivery.SendQueueFixture.Client;
import io.sluice.broker.delivery.SendQueueFixture.CountingPublisher;
import io.sluice.broker.message.BacklogBounds;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.transport.ScriptedChannel.Reading;
import io.sluice.broker.transport.TransportKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sockets that take a few bytes now and then, stall and break: what reached whom, against plain counting. */
final class SendQueueRandomTest {
    private final CountingPublisher publisher = new CountingPublisher();

    @ParameterizedTest
    @EnumSource
    void oneSubscriberOfAQueueAfterTheOtherGetsEveryMessageOnceAndInOrder(Reading reading) {
        Seed.check(150, random -> {
            SendQueueFixture fixture = new SendQueueFixture(reading, TransportKind.NIO, Long.MAX_VALUE);
            List<Long> received = new ArrayList<>();
            long published = 0;
            int clients = 2 + random.nextInt(4);
            for (int i = 0; i <= clients; i++) {
                Client client = fixture.ofQueue(1 + random.nextInt(50));
                for (int step = random.nextInt(40); step > 0; step--) {
                    published += publishSome(fixture, client, random, published);
                    proceed(fixture, client, random);
                }
                if (i == clients) {
                    finish(client);
                }
                client.connection.reset();
                received.addAll(client.receivedNumbers());
                assertThat(client.snapshot().messagesWritten())
                        .isEqualTo(client.received().size());
                client.run();
            }
            assertThat(received).isEqualTo(range(0, published));
            assertThat(fixture.counters.totals().messagesWritten()).isEqualTo(published);
            fixture.close();
        });
    }

    @ParameterizedTest
    @EnumSource
    void severalSubscribersOfAQueueGetEveryMessageOnceTogether(Reading reading) {
        Seed.check(150, random -> {
            SendQueueFixture fixture = new SendQueueFixture(reading, TransportKind.NIO, Long.MAX_VALUE);
            List<Client> open = new ArrayList<>();
            List<Client> all = new ArrayList<>();
            long published = 0;
            for (int step = 0; step < 150; step++) {
                if (open.isEmpty() || open.size() < 4 && random.nextInt(10) == 0) {
                    Client client = fixture.ofQueue(1 + random.nextInt(50));
                    open.add(client);
                    all.add(client);
                }
                Client client = open.get(random.nextInt(open.size()));
                published += publishSome(fixture, client, random, published);
                proceed(fixture, client, random);
                if (random.nextInt(30) == 0) {
                    open.remove(client);
                    client.connection.reset();
                }
            }
            Client last = fixture.ofQueue(50);
            all.add(last);
            for (Client client : open) {
                client.connection.reset();
            }
            finish(last);
            Set<Long> received = new HashSet<>();
            for (Client client : all) {
                for (long number : client.receivedNumbers()) {
                    assertThat(received.add(number)).as("once: %d", number).isTrue();
                }
            }
            assertThat(received).hasSize((int) published);
            fixture.close();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"drop-newest", "drop-oldest", "latest", "disconnect", "push-back"})
    void aTopicSubscriberGetsEveryMessageThatIsNotCountedAsDropped(String policy) {
        Seed.check(80, random -> {
            Reading reading = random.nextBoolean() ? Reading.AS_NIO : Reading.AS_EPOLL;
            SendQueueFixture fixture = new SendQueueFixture(reading, TransportKind.NIO, Long.MAX_VALUE);
            BacklogBounds bounds = new BacklogBounds(
                    random.nextBoolean() ? Long.MAX_VALUE : 1 + random.nextInt(30_000), 1 + random.nextInt(200));
            long maxAgeMs = random.nextBoolean() ? 0 : 1 + random.nextInt(3_000);
            Client client = fixture.ofTopic(SendQueueFixture.settings(bounds, policy, maxAgeMs));
            Client control = fixture.ofTopic(SendQueueFixture.settings(SendQueueFixture.UNLIMITED, "drop-newest"));
            control.connection.channel().allowAll();
            long published = 0;
            for (int step = 0; step < 150; step++) {
                published += publishSome(fixture, client, random, published);
                proceed(fixture, client, random);
                if (random.nextInt(20) == 0) {
                    client.queue.shed();
                }
                assertThat(client.snapshot().heldMessages()).isNotNegative();
                if (policy.startsWith("drop")) {
                    // The bound and one batch.
                    assertThat(client.snapshot().heldMessages()).isLessThan(bounds.maxMessages() + 300);
                }
            }
            client.connection.reset();
            control.run();
            assertThat(control.receivedNumbers()).as("somebody else").isEqualTo(range(0, published));
            // A closed subscriber is no longer there when later messages are published.
            boolean counted = client.isClosed() && policy.equals("disconnect") || policy.equals("push-back");
            long known = client.received().size() + client.snapshot().dropped();
            if (!counted) {
                assertThat(known).isEqualTo(published);
            } else {
                assertThat(known).isLessThanOrEqualTo(published);
            }
            assertThat(client.receivedNumbers()).isSorted().doesNotHaveDuplicates();
            assertThat(client.snapshot().messagesWritten())
                    .isEqualTo(client.received().size());
            assertThat(fixture.dropped(DropReason.OVERFLOW))
                    .isEqualTo(client.snapshot().dropped(DropReason.OVERFLOW));
            fixture.close();
        });
    }

    @Test
    void aSubscriberSlowerThanItsPublisherGetsWhatFitsAndTheRestIsCounted() {
        SendQueueFixture fixture = new SendQueueFixture();
        Client client = fixture.ofTopic(SendQueueFixture.settings(SendQueueFixture.messages(50), "drop-newest"));
        for (int i = 0; i < 1_000; i++) {
            client.destination.publish(fixture.numbered(10L * i, 10), publisher);
            client.connection.channel().allow(30);
        }
        client.connection.channel().allowAll();
        long dropped = client.snapshot().dropped(DropReason.OVERFLOW);
        assertThat(dropped).isPositive();
        assertThat(client.received().size() + dropped).isEqualTo(10_000);
        fixture.close();
    }

    private int publishSome(SendQueueFixture fixture, Client client, Random random, long next) {
        if (random.nextInt(3) == 0) {
            return 0;
        }
        int count = 1 + random.nextInt(random.nextInt(8) == 0 ? 300 : 4);
        client.destination.publish(fixture.numbered(next, count), publisher);
        return count;
    }

    private static void proceed(SendQueueFixture fixture, Client client, Random random) {
        switch (random.nextInt(6)) {
            case 0 -> client.connection.channel().allow(random.nextInt(12));
            case 1 -> client.connection.channel().allow(random.nextInt(1_000));
            case 2 -> client.run();
            case 3 -> {
                client.connection.channel().block();
                client.run();
                fixture.pass(client, random.nextInt((int) SendQueueFixture.STALL_TIMEOUT_MS));
            }
            case 4 -> {
                fixture.clock.advanceMs(random.nextInt(1_000));
                client.tick();
            }
            default -> {}
        }
    }

    private static void finish(Client client) {
        client.connection.channel().allowAll();
        client.run();
        client.tick();
        client.run();
    }

    private static List<Long> range(long from, long end) {
        return LongStream.range(from, end).boxed().toList();
    }
}

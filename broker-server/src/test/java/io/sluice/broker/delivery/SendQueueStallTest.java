package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.delivery.SendQueueFixture.Client;
import io.sluice.broker.delivery.SendQueueFixture.CountingPublisher;
import io.sluice.broker.destination.Offer;
import io.sluice.broker.message.ScarceAllocator;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.transport.ScriptedChannel.Reading;
import io.sluice.broker.transport.TransportKind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Subscribers of a queue whose sockets take nothing: what waits for them goes to others, until they read again. */
final class SendQueueStallTest {
    private final CountingPublisher publisher = new CountingPublisher();
    private SendQueueFixture fixture = new SendQueueFixture();

    @AfterEach
    void nothingIsHeld() {
        fixture.close();
    }

    @ParameterizedTest
    @EnumSource
    void whatTheKernelHasNotBegunToTakeGoesToOthers(Reading reading) {
        fixture = new SendQueueFixture(reading, TransportKind.NIO, Long.MAX_VALUE);
        for (int bytes = 0; bytes <= 20; bytes++) {
            Client stalled = fixture.ofQueue(100);
            publish(stalled, 0, 4);
            stalled.run();
            publish(stalled, 4, 2);
            stalled.connection.channel().allow(bytes);
            stalled.tick();
            Client other = fixture.ofQueue(100);
            other.connection.channel().allowAll();
            stall(stalled);
            other.run();
            int begun = (bytes + 4) / 5;
            assertThat(other.receivedNumbers()).as("after %d bytes", bytes).isEqualTo(range(begun, 6));
            assertThat(stalled.snapshot().messagesReturned()).isEqualTo(6 - begun);
            // What was begun is finished when it reads again, and nothing after it.
            stalled.connection.channel().allowAll();
            assertThat(stalled.receivedNumbers()).as("after %d bytes", bytes).isEqualTo(range(0, begun));
            assertThat(stalled.receivedBytes()).isEqualTo(5L * begun);
            assertThat(stalled.queue.heldMessages()).isZero();
            assertThat(stalled.queue.heldBytes()).isZero();
            stalled.connection.reset();
            other.connection.reset();
        }
    }

    @Test
    void withoutMemoryForACopyWhatIsInFlightStaysThere() {
        Client stalled = fixture.ofQueue(100);
        ScarceAllocator allocator = publishScarce(stalled);
        stalled.connection.channel().allow(7);
        stalled.tick();
        allocator.leave(0);
        stall(stalled);
        assertThat(stalled.snapshot().messagesReturned()).isZero();
        stalled.connection.channel().allowAll();
        assertThat(stalled.receivedNumbers()).isEqualTo(range(0, 4));
    }

    @Test
    void withoutMemoryForACopyTheRestOfABatchIsDroppedAtTheEnd() {
        Client client = fixture.ofQueue(100);
        ScarceAllocator allocator = publishScarce(client);
        client.connection.channel().allow(7);
        client.tick();
        allocator.leave(0);
        client.connection.reset();
        assertThat(client.snapshot().droppedMessages()).containsEntry(DropReason.MEMORY, 3L);
        assertThat(client.snapshot().messagesWritten()).isEqualTo(1);
        assertThat(client.queue.heldBytes()).isZero();
    }

    /** Four messages in a batch whose allocator can be told to have no more memory. */
    private ScarceAllocator publishScarce(Client client) {
        ScarceAllocator allocator = new ScarceAllocator();
        client.destination.publish(fixture.batches.in(allocator, fixture.numbered(0, 4)), publisher);
        client.run();
        return allocator;
    }

    @ParameterizedTest
    @EnumSource
    void whoReadsAgainIsBackInTheTurn(Reading reading) {
        fixture = new SendQueueFixture(reading, TransportKind.NIO, Long.MAX_VALUE);
        Client stalled = fixture.ofQueue(100);
        Client other = fixture.ofQueue(100);
        other.connection.channel().allowAll();
        publish(stalled, 0, 6);
        stalled.run();
        stall(stalled);
        other.run();
        assertThat(other.receivedNumbers()).containsExactly(1L, 3L, 5L, 0L, 2L, 4L);
        publish(stalled, 6, 2);
        other.run();
        assertThat(other.receivedNumbers()).endsWith(6L, 7L);
        stalled.connection.channel().allowAll();
        publish(stalled, 8, 4);
        stalled.run();
        other.run();
        assertThat(stalled.receivedNumbers()).hasSize(2);
        assertThat(other.receivedNumbers()).hasSize(10);
        List<Long> all = new ArrayList<>(stalled.receivedNumbers());
        all.addAll(other.receivedNumbers());
        assertThat(all).containsExactlyInAnyOrderElementsOf(range(0, 12));
    }

    @ParameterizedTest
    @EnumSource
    void whoStallsWithSeveralBatchesOnTheirWayComesBackWhole(Reading reading) {
        fixture = new SendQueueFixture(reading, TransportKind.NIO, Long.MAX_VALUE);
        Client stalled = fixture.ofQueue(100);
        for (int i = 0; i < 5; i++) {
            stalled.destination.publish(fixture.large("" + i, 196), publisher);
        }
        stalled.run();
        assertThat(stalled.connection.channel().pendingWrites()).isEqualTo(5);
        stalled.connection.channel().allow(250);
        stalled.tick();
        stall(stalled);
        assertThat(stalled.destination.snapshot().waitingMessages()).isEqualTo(3);
        stalled.connection.channel().allowAll();
        // Back in the turn, it is given what it had to give back.
        stalled.run();
        assertThat(stalled.receivedNumbers()).isEqualTo(range(0, 5));
        assertThat(stalled.queue.heldBytes()).isZero();
    }

    @Test
    void mayStallAgain() {
        Client stalled = fixture.ofQueue(100);
        for (int round = 0; round < 5; round++) {
            publish(stalled, 2L * round, 2);
            stalled.run();
            stalled.connection.channel().allow(3);
            stalled.tick();
            stall(stalled);
            assertThat(stalled.destination.snapshot().waitingMessages()).isEqualTo(1);
            stalled.connection.channel().allow(7);
            stalled.run();
            assertThat(stalled.receivedNumbers()).isEqualTo(range(0, 2 * round + 2));
        }
    }

    @Test
    void isNotStalledBeforeTheTimeout() {
        Client client = fixture.ofQueue(100);
        publish(client, 0, 2);
        client.run();
        client.tick();
        fixture.pass(client, SendQueueFixture.STALL_TIMEOUT_MS - 1);
        assertThat(client.queue.heldMessages()).isEqualTo(2);
        assertThat(client.queue.stalledMs(fixture.clock.nowNs())).isEqualTo(SendQueueFixture.STALL_TIMEOUT_MS - 1);
        fixture.pass(client, 1);
        assertThat(client.queue.heldMessages()).isZero();
        assertThat(client.destination.snapshot().waitingMessages()).isEqualTo(2);
    }

    @Test
    void everyByteTheKernelTakesIsProgress() {
        Client client = fixture.ofQueue(100);
        publish(client, 0, 3);
        client.run();
        client.tick();
        for (int i = 0; i < 14; i++) {
            fixture.pass(client, SendQueueFixture.STALL_TIMEOUT_MS - 1);
            client.connection.channel().allow(1);
            client.tick();
            assertThat(client.destination.snapshot().waitingMessages())
                    .as("after %d bytes", i + 1)
                    .isZero();
        }
    }

    @Test
    void anIdleSubscriberIsNotStalled() {
        Client client = fixture.ofQueue(100);
        client.connection.channel().allowAll();
        for (int i = 0; i < 5; i++) {
            fixture.pass(client, SendQueueFixture.STALL_TIMEOUT_MS);
        }
        publish(client, 0, 2);
        client.run();
        assertThat(client.receivedNumbers()).containsExactly(0L, 1L);
    }

    @Test
    void aTopicSubscriberThatStallsKeepsWhatItHolds() {
        Client client = fixture.ofTopic(SendQueueFixture.settings(SendQueueFixture.UNLIMITED, "drop-newest"));
        publish(client, 0, 3);
        client.run();
        client.tick();
        fixture.pass(client, 100 * SendQueueFixture.STALL_TIMEOUT_MS);
        assertThat(client.queue.heldMessages()).isEqualTo(3);
        client.connection.channel().allowAll();
        assertThat(client.receivedNumbers()).isEqualTo(range(0, 3));
    }

    @Test
    void withIoUringWhatIsOnItsWayStaysThere() {
        fixture = new SendQueueFixture(Reading.AS_EPOLL, TransportKind.IO_URING, Long.MAX_VALUE);
        Client stalled = fixture.ofQueue(100);
        publish(stalled, 0, 3);
        stalled.run();
        publish(stalled, 3, 2);
        stall(stalled);
        assertThat(stalled.destination.snapshot().waitingMessages()).isEqualTo(2);
        assertThat(stalled.queue.heldMessages()).isEqualTo(3);
        stalled.connection.channel().allowAll();
        stalled.run();
        assertThat(stalled.receivedNumbers()).isEqualTo(range(0, 5));
    }

    @Test
    void whoLeavesAfterItStalledReturnsTheRest() {
        for (int bytes = 0; bytes <= 15; bytes++) {
            Client stalled = fixture.ofQueue(100);
            publish(stalled, 0, 3);
            stalled.run();
            int before = Math.min(bytes, 7);
            stalled.connection.channel().allow(before);
            stall(stalled);
            // More of what was begun may go out, but nothing that was given back.
            stalled.connection.channel().allow(bytes - before);
            stalled.connection.reset();
            Client next = fixture.ofQueue(100);
            next.connection.channel().allowAll();
            List<Long> all = new ArrayList<>(stalled.receivedNumbers());
            all.addAll(next.receivedNumbers());
            assertThat(all).as("%d bytes", bytes).isEqualTo(range(0, 3));
            assertThat(stalled.destination.snapshot().waitingMessages()).isZero();
            next.connection.reset();
        }
    }

    @Test
    void whoSaidGoodbyeAndStalledDoesNotComeBack() {
        Client stalled = fixture.ofQueue(100);
        publish(stalled, 0, 3);
        List<String> done = new ArrayList<>();
        stalled.connection.loop().runInside(() -> stalled.queue.finish(() -> done.add("done")));
        stalled.connection.channel().allow(2);
        stall(stalled);
        assertThat(stalled.destination.snapshot().waitingMessages()).isEqualTo(2);
        stalled.connection.channel().allowAll();
        stalled.run();
        assertThat(stalled.receivedNumbers()).containsExactly(0L);
        assertThat(done).containsExactly("done");
        publish(stalled, 3, 1);
        stalled.run();
        assertThat(stalled.receivedNumbers()).containsExactly(0L);
    }

    @Test
    void itsWindowIsEmptyWhenItComesBack() {
        Client stalled = fixture.ofQueue(3);
        publish(stalled, 0, 7);
        stalled.run();
        stall(stalled);
        assertThat(stalled.destination.snapshot().waitingMessages()).isEqualTo(7);
        stalled.connection.channel().allowAll();
        stalled.run();
        assertThat(stalled.receivedNumbers()).isEqualTo(range(0, 7));
    }

    private void stall(Client client) {
        client.tick();
        fixture.pass(client, SendQueueFixture.STALL_TIMEOUT_MS);
    }

    private Offer publish(Client client, long first, int count) {
        return client.destination.publish(fixture.numbered(first, count), publisher);
    }

    private static List<Long> range(int from, int end) {
        return LongStream.range(from, end).boxed().toList();
    }
}

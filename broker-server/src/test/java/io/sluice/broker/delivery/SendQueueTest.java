package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.LogLines;
import io.sluice.broker.delivery.SendQueueFixture.Client;
import io.sluice.broker.delivery.SendQueueFixture.CountingPublisher;
import io.sluice.broker.destination.Offer;
import io.sluice.broker.message.BacklogBounds;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.metrics.SubscriberSnapshot;
import io.sluice.broker.transport.ScriptedChannel;
import io.sluice.broker.transport.TransportKind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A send queue over a channel whose kernel takes exactly what the test allows. */
final class SendQueueTest {
    private static final BacklogBounds UNLIMITED = SendQueueFixture.UNLIMITED;

    private final SendQueueFixture fixture = new SendQueueFixture();
    private final CountingPublisher publisher = new CountingPublisher();

    @AfterEach
    void nothingIsHeld() {
        fixture.close();
    }

    // ---------------------------------------------------------------- sending

    @Test
    void sendsWhatItIsOfferedInOrder() {
        Client client = topicSubscriber(UNLIMITED, "drop-newest");
        client.connection.channel().allowAll();
        publish(client, 0, 3);
        publish(client, 3, 1);
        client.run();
        publish(client, 4, 2);
        client.run();
        assertThat(client.receivedNumbers()).isEqualTo(upTo(6));
        assertThat(client.queue.heldMessages()).isZero();
        assertThat(client.queue.heldBytes()).isZero();
    }

    @Test
    void whatANameHoldsCannotTurnALogLineAround() {
        Client client =
                fixture.subscribe("/topic/\u202egnol", SendQueueFixture.settings(UNLIMITED, "drop-newest"), 1024);
        assertThat(client.queue.describe()).contains("/topic/\\u{202e}gnol)");
    }

    @Test
    void writesNothingMoreOnceItIsBeingClosed() {
        Client client = topicSubscriber(UNLIMITED, "drop-newest");
        client.connection.channel().allowAll();
        publish(client, 0, 3);
        client.connection.connection().close(CloseReason.LEFT, "");
        client.run();
        assertThat(client.receivedNumbers()).isEmpty();
    }

    @Test
    void wakesTheLoopOnceAndFlushesOnceHoweverOftenItWasOffered() {
        Client client = topicSubscriber(UNLIMITED, "drop-newest");
        client.connection.channel().allowAll();
        long before = client.connection.channel().flushes();
        for (int i = 0; i < 20; i++) {
            publish(client, i, 1);
        }
        assertThat(client.connection.loop().waitingTasks()).isEqualTo(1);
        client.run();
        assertThat(client.connection.channel().flushes() - before).isEqualTo(1);
        assertThat(client.receivedNumbers()).isEqualTo(upTo(20));
    }

    @Test
    void isWokenAgainAfterItWasEmpty() {
        Client client = topicSubscriber(UNLIMITED, "drop-newest");
        client.connection.channel().allowAll();
        for (int i = 0; i < 3; i++) {
            publish(client, i, 1);
            assertThat(client.connection.loop().waitingTasks()).isEqualTo(1);
            client.run();
            assertThat(client.receivedNumbers()).isEqualTo(upTo(i + 1));
        }
    }

    @Test
    void holdsTheCostUntilTheKernelHasTakenAll() {
        Client client = topicSubscriber(UNLIMITED, "drop-newest");
        MessageBatch batch = fixture.numbered(0, 4);
        long cost = batch.costBytes();
        client.destination.publish(batch, publisher);
        assertThat(client.queue.heldBytes()).isEqualTo(cost);
        client.run();
        client.connection.channel().allow(19);
        assertThat(client.queue.heldBytes()).isEqualTo(cost);
        assertThat(client.queue.heldMessages()).isEqualTo(4);
        assertThat(fixture.batches.memory().bytes()).isEqualTo(cost);
        client.connection.channel().allow(1);
        assertThat(client.queue.heldBytes()).isZero();
        assertThat(client.queue.heldMessages()).isZero();
        assertThat(fixture.batches.memory().bytes()).isZero();
    }

    @Test
    void handsTheChannelOnlyAPieceAtATime() {
        Client client = topicSubscriber(UNLIMITED, "drop-newest");
        for (int i = 0; i < 10; i++) {
            client.destination.publish(fixture.large("" + i, 396), publisher);
        }
        client.run();
        // Batches of 400 bytes until 1,000 bytes are in flight.
        assertThat(client.connection.channel().pendingWrites()).isEqualTo(3);
        client.connection.channel().allow(400);
        assertThat(client.connection.channel().pendingWrites()).isEqualTo(3);
        client.connection.channel().allowAll();
        assertThat(client.receivedNumbers()).isEqualTo(upTo(10));
    }

    @Test
    void handsTheChannelAtMost64BatchesAtATime() {
        Client client = fixture.ofTopic(SendQueueFixture.settings(UNLIMITED, "drop-newest"), 1 << 20);
        for (int i = 0; i < 100; i++) {
            // Not small, or they would be put together.
            client.destination.publish(fixture.large("" + i, 4_200), publisher);
        }
        client.run();
        assertThat(client.connection.channel().pendingWrites()).isEqualTo(64);
        client.connection.channel().allowAll();
        assertThat(client.receivedNumbers()).isEqualTo(upTo(100));
    }

    @Test
    void oneBatchLargerThanWhatMayBeInFlightGoesOut() {
        Client client = topicSubscriber(UNLIMITED, "drop-newest");
        client.destination.publish(fixture.large("big", 50_000), publisher);
        client.destination.publish(fixture.large("next", 50_000), publisher);
        client.run();
        assertThat(client.connection.channel().pendingWrites()).isEqualTo(1);
        client.connection.channel().allowAll();
        assertThat(client.received()).containsExactly("big", "next");
    }

    @Test
    void aLongBacklogGoesOutThoughOneTurnOfTheLoopEnds() {
        Client client = topicSubscriber(UNLIMITED, "drop-newest");
        for (int i = 0; i < 200; i++) {
            client.destination.publish(fixture.large("" + i, 5_000), publisher);
        }
        client.connection.channel().allowAll();
        assertThat(client.receivedNumbers()).isEqualTo(upTo(200));
    }

    @Test
    void countsWhatWasWritten() {
        Client client = topicSubscriber(UNLIMITED, "drop-newest");
        client.connection.channel().allow(5 + 5 + 3);
        publish(client, 0, 2);
        publish(client, 2, 2);
        client.run();
        assertThat(client.snapshot().messagesWritten()).isEqualTo(2);
        assertThat(client.snapshot().bytesWritten()).isEqualTo(2);
        client.connection.channel().allowAll();
        SubscriberSnapshot snapshot = client.snapshot();
        assertThat(snapshot.messagesWritten()).isEqualTo(4);
        assertThat(snapshot.bytesWritten()).isEqualTo(4);
        assertThat(snapshot.heldMessages()).isZero();
        assertThat(snapshot.id()).isEqualTo("c-1");
        assertThat(snapshot.remoteAddress()).isEqualTo("127.0.0.1:4711");
        assertThat(snapshot.destination()).isEqualTo("there");
        assertThat(fixture.counters.totals().messagesWritten()).isEqualTo(4);
        assertThat(fixture.counters.totals().bytesWritten()).isEqualTo(4);
    }

    // ---------------------------------------------------------------- overflow

    @Test
    void dropsTheNewestAtItsBoundAndCountsThem() {
        Client client = topicSubscriber(SendQueueFixture.messages(4), "drop-newest");
        assertThat(publish(client, 0, 2)).isEqualTo(Offer.ACCEPTED);
        client.run();
        publish(client, 2, 2);
        publish(client, 4, 3);
        publish(client, 7, 1);
        assertThat(client.snapshot().dropped(DropReason.OVERFLOW)).isEqualTo(4);
        assertThat(fixture.dropped(DropReason.OVERFLOW)).isEqualTo(4);
        client.connection.channel().allowAll();
        publish(client, 8, 1);
        client.run();
        assertThat(client.receivedNumbers()).containsExactly(0L, 1L, 2L, 3L, 8L);
    }

    @Test
    void dropsTheOldestThatAreNotOnTheirWay() {
        Client client = topicSubscriber(SendQueueFixture.messages(4), "drop-oldest");
        publish(client, 0, 2);
        client.run();
        publish(client, 2, 1);
        publish(client, 3, 1);
        publish(client, 4, 1);
        assertThat(client.snapshot().dropped(DropReason.OVERFLOW)).isEqualTo(1);
        client.connection.channel().allow(3);
        publish(client, 5, 1);
        client.connection.channel().allowAll();
        assertThat(client.receivedNumbers()).containsExactly(0L, 1L, 4L, 5L);
        assertThat(client.snapshot().dropped(DropReason.OVERFLOW)).isEqualTo(2);
    }

    @Test
    void keepsOnlyTheLatestWhileItsSocketIsBlocked() {
        Client client = topicSubscriber(UNLIMITED, "latest");
        client.connection.channel().allow(2);
        publish(client, 0, 2);
        client.run();
        // The socket is known to be blocked from the next look on.
        publish(client, 2, 1);
        publish(client, 3, 2);
        publish(client, 5, 1);
        client.connection.channel().allowAll();
        assertThat(client.receivedNumbers()).containsExactly(0L, 1L, 5L);
        assertThat(client.snapshot().dropped(DropReason.OVERFLOW)).isEqualTo(3);
        publish(client, 6, 1);
        publish(client, 7, 1);
        client.run();
        assertThat(client.receivedNumbers()).containsExactly(0L, 1L, 5L, 6L, 7L);
    }

    @Test
    void closesASubscriberUnderDisconnectAndTakesNoMore() {
        Client client = topicSubscriber(SendQueueFixture.messages(2), "disconnect");
        publish(client, 0, 2);
        client.run();
        publish(client, 2, 1);
        assertThat(client.isClosed()).as("its own loop closes it").isFalse();
        MessageBatch late = fixture.numbered(3, 1);
        assertThat(client.queue.offer(late)).isEqualTo(Offer.CLOSED);
        assertThat(late.refCnt()).isZero();
        client.run();
        assertThat(client.isClosed()).isTrue();
        assertThat(client.connection.closeReason()).isEqualTo(CloseReason.SLOW_SUBSCRIBER);
        assertThat(client.snapshot().dropped(DropReason.OVERFLOW)).isEqualTo(1);
        assertThat(client.snapshot().dropped(DropReason.SUBSCRIBER_LEFT)).isEqualTo(3);
        assertThat(fixture.counters.totals().closed(CloseReason.SLOW_SUBSCRIBER))
                .isEqualTo(1);
    }

    @Test
    void oneMessageLargerThanTheBoundPassesWhenThereIsRoom() {
        Client client = topicSubscriber(new BacklogBounds(500, Long.MAX_VALUE), "drop-newest");
        client.destination.publish(fixture.large("large", 9_000), publisher);
        client.destination.publish(fixture.large("dropped", 10), publisher);
        client.connection.channel().allowAll();
        client.destination.publish(fixture.large("after", 10), publisher);
        client.run();
        assertThat(client.received()).containsExactly("large", "after");
    }

    @Test
    void neverCutsAMessageWhateverIsDropped() {
        Client client = topicSubscriber(SendQueueFixture.messages(5), "drop-oldest");
        for (int i = 0; i < 300; i++) {
            publish(client, i, 1 + i % 3);
            if (i % 4 == 0) {
                client.connection.channel().allow(i % 13);
            }
        }
        client.connection.channel().allowAll();
        int bytes = client.received().stream()
                .mapToInt(payload -> 4 + payload.length())
                .sum();
        assertThat(client.receivedBytes()).isEqualTo(bytes);
    }

    // ---------------------------------------------------------------- push-back

    @Test
    void publishersOfATopicWaitUntilItHoldsLessThanHalf() {
        Client client = topicSubscriber(SendQueueFixture.messages(10), "push-back");
        assertThat(publish(client, 0, 9)).isEqualTo(Offer.ACCEPTED);
        assertThat(publish(client, 9, 3)).isEqualTo(Offer.PUSHED_BACK);
        assertThat(publisher.isPaused()).isTrue();
        client.run();
        client.connection.channel().allow(9 * 5);
        assertThat(client.queue.heldMessages()).isEqualTo(3);
        assertThat(publisher.isPaused()).isFalse();
        client.connection.channel().allowAll();
        assertThat(client.receivedNumbers()).isEqualTo(upTo(12));
        assertThat(publisher.pauses).isEqualTo(1);
        assertThat(publisher.resumes).isEqualTo(1);
    }

    @Test
    void publishersOfATopicWaitWhileItHoldsHalf() {
        Client client = topicSubscriber(SendQueueFixture.messages(10), "push-back");
        publish(client, 0, 5);
        publish(client, 5, 5);
        client.run();
        client.connection.channel().allow(5 * 5);
        assertThat(client.queue.heldMessages()).isEqualTo(5);
        assertThat(publisher.isPaused()).isTrue();
    }

    @Test
    void aSubscriberThatBlocksItsPublishersForTooLongIsClosed() {
        Client client = topicSubscriber(SendQueueFixture.messages(2), "push-back");
        publish(client, 0, 2);
        client.run();
        client.tick();
        fixture.pass(client, SendQueueFixture.PUSH_BACK_TIMEOUT_MS - 1);
        assertThat(client.isClosed()).isFalse();
        fixture.clock.advanceMs(1);
        client.tick();
        assertThat(client.isClosed()).isTrue();
        assertThat(client.connection.closeReason()).isEqualTo(CloseReason.PUSH_BACK_TIMEOUT);
        assertThat(publisher.isPaused()).isFalse();
    }

    @Test
    void aSubscriberWhosePublishersHaveLeftIsNotClosedForBlockingThem() {
        Client client = topicSubscriber(SendQueueFixture.messages(2), "push-back");
        publish(client, 0, 2);
        client.run();
        client.tick();
        client.destination.forget(publisher);
        fixture.pass(client, 10 * SendQueueFixture.PUSH_BACK_TIMEOUT_MS);
        assertThat(client.isClosed()).isFalse();
    }

    @Test
    void aSubscriberThatReadsSlowlyIsNotClosedForPushingBack() {
        Client client = topicSubscriber(SendQueueFixture.messages(2), "push-back");
        publish(client, 0, 10);
        client.run();
        for (int i = 0; i < 20; i++) {
            fixture.pass(client, SendQueueFixture.PUSH_BACK_TIMEOUT_MS - 1);
            client.connection.channel().allow(1);
            client.tick();
        }
        assertThat(client.isClosed()).isFalse();
    }

    @Test
    void aStalledSubscriberThatBlocksNobodyIsNotClosed() {
        Client client = topicSubscriber(SendQueueFixture.messages(10), "push-back");
        publish(client, 0, 3);
        client.run();
        client.tick();
        fixture.pass(client, 10 * SendQueueFixture.PUSH_BACK_TIMEOUT_MS);
        assertThat(client.isClosed()).isFalse();
    }

    @Test
    void publishersGoOnWhenWhatHeldThemUpHasExpired() {
        Client client = fixture.ofTopic(SendQueueFixture.settings(SendQueueFixture.messages(10), "push-back", 1_000));
        publish(client, 0, 1);
        client.run();
        publish(client, 1, 12);
        assertThat(publisher.isPaused()).isTrue();
        fixture.clock.advanceMs(1_001);
        client.tick();
        assertThat(client.queue.heldMessages()).isEqualTo(1);
        assertThat(publisher.isPaused()).as("there is room").isFalse();
    }

    // ---------------------------------------------------------------- windows of queues

    @Test
    void asksForMoreWhenItsWindowHasRoom() {
        Client client = fixture.ofQueue(3);
        publish(client, 0, 10);
        assertThat(client.queue.heldMessages()).isEqualTo(3);
        client.run();
        client.connection.channel().allow(5);
        // One more came for the one that went; whole batches are taken and settled.
        client.connection.channel().allowAll();
        assertThat(client.receivedNumbers()).isEqualTo(upTo(10));
        assertThat(client.destination.snapshot().waitingMessages()).isZero();
    }

    @Test
    void aFullWindowIsNoSlowEpisode() {
        try (LogLines slow = LogLines.of("io.sluice.slow")) {
            Client client = fixture.ofQueue(3);
            publish(client, 0, 10);
            client.run();
            assertThat(slow.lines()).isEmpty();
            assertThat(client.snapshot().slowEpisodes()).isZero();
            assertThat(client.snapshot().slow()).isFalse();
        }
    }

    @Test
    void tellsHowMuchRoomItHas() {
        Client client = fixture.ofQueue(5);
        assertThat(client.queue.roomMessages()).isEqualTo(5);
        assertThat(client.queue.awaitRoom()).isFalse();
        publish(client, 0, 4);
        assertThat(client.queue.roomMessages()).isEqualTo(1);
        assertThat(client.queue.awaitRoom()).isFalse();
        publish(client, 4, 4);
        assertThat(client.queue.roomMessages()).isZero();
        assertThat(client.queue.awaitRoom()).isTrue();
        assertThat(client.queue.canBeShed()).isFalse();
        assertThat(client.queue.describe()).isEqualTo("c-1 (127.0.0.1:4711, /queue/test) holding 5 messages");
    }

    // ---------------------------------------------------------------- leaving

    @Test
    void whatTheSocketDidNotTakeReturnsToTheQueueInOrder() {
        Client leaver = fixture.ofQueue(100);
        publish(leaver, 0, 4);
        leaver.run();
        publish(leaver, 4, 3);
        publish(leaver, 7, 1);
        // Two messages whole, and two bytes of the third.
        leaver.connection.channel().allow(12);
        leaver.connection.reset();
        assertThat(leaver.receivedNumbers()).containsExactly(0L, 1L);
        assertThat(leaver.destination.snapshot().waitingMessages()).isEqualTo(6);
        assertThat(fixture.counters.totals().messagesReturned()).isEqualTo(6);
        assertThat(fixture.counters.totals().messagesWritten()).isEqualTo(2);
        Client next = fixture.ofQueue(100);
        next.connection.channel().allowAll();
        assertThat(next.receivedNumbers()).containsExactly(2L, 3L, 4L, 5L, 6L, 7L);
    }

    @Test
    void aMessageCutAnywhereReturnsWhole() {
        for (int bytes = 0; bytes <= 3 * 5; bytes++) {
            Client leaver = fixture.ofQueue(100);
            publish(leaver, 0, 3);
            leaver.run();
            leaver.connection.channel().allow(bytes);
            leaver.connection.reset();
            Client next = fixture.ofQueue(100);
            next.connection.channel().allowAll();
            List<Long> all = new ArrayList<>(leaver.receivedNumbers());
            all.addAll(next.receivedNumbers());
            assertThat(all).as("after %d bytes", bytes).isEqualTo(upTo(3));
            assertThat(leaver.receivedBytes()).isEqualTo(bytes);
            next.connection.reset();
        }
    }

    @Test
    void whatATopicSubscriberDidNotGetIsCountedAsDropped() {
        Client leaver = topicSubscriber(UNLIMITED, "drop-newest");
        publish(leaver, 0, 4);
        leaver.run();
        publish(leaver, 4, 3);
        leaver.connection.channel().allow(12);
        leaver.connection.reset();
        assertThat(leaver.snapshot().messagesWritten()).isEqualTo(2);
        assertThat(leaver.snapshot().dropped(DropReason.SUBSCRIBER_LEFT)).isEqualTo(5);
        assertThat(fixture.dropped(DropReason.SUBSCRIBER_LEFT)).isEqualTo(5);
        assertThat(fixture.counters.totals().droppedBytes().get(DropReason.SUBSCRIBER_LEFT))
                .isEqualTo(5);
        assertThat(fixture.counters.totals().messagesReturned()).isZero();
        assertThat(fixture.registry.all()).as("the topic went with it").isEmpty();
    }

    @Test
    void theReasonOfTheDropIsTheOneGiven() {
        Client client = topicSubscriber(UNLIMITED, "drop-newest");
        client.connection.whenClosed(() -> client.queue.onClosed(DropReason.SHUTDOWN));
        publish(client, 0, 4);
        client.connection.reset();
        assertThat(client.snapshot().dropped(DropReason.SHUTDOWN)).isEqualTo(4);
    }

    @Test
    void takesNothingOnceItIsClosed() {
        Client client = topicSubscriber(UNLIMITED, "drop-newest");
        client.connection.reset();
        MessageBatch batch = fixture.numbered(0, 2);
        assertThat(client.queue.offer(batch)).isEqualTo(Offer.CLOSED);
        assertThat(batch.refCnt()).isZero();
        assertThat(client.snapshot().dropped(DropReason.SUBSCRIBER_LEFT)).isEqualTo(2);
        assertThat(client.queue.roomBytes()).isZero();
        assertThat(client.queue.roomMessages()).isZero();
        assertThat(client.queue.awaitRoom()).isTrue();
    }

    @Test
    void beingClosedTwiceChangesNothing() {
        Client client = fixture.ofQueue(10);
        publish(client, 0, 4);
        client.run();
        client.connection.reset();
        client.connection.loop().runInside(() -> client.queue.onClosed(DropReason.SUBSCRIBER_LEFT));
        assertThat(client.destination.snapshot().waitingMessages()).isEqualTo(4);
        assertThat(fixture.counters.totals().messagesReturned()).isEqualTo(4);
    }

    @Test
    void aBatchSharedWithOthersStaysTheirs() {
        Client leaver = topicSubscriber(UNLIMITED, "drop-newest");
        Client stays = topicSubscriber(UNLIMITED, "drop-newest");
        publish(leaver, 0, 4);
        leaver.run();
        leaver.connection.channel().allow(7);
        leaver.connection.reset();
        stays.connection.channel().allowAll();
        stays.run();
        assertThat(stays.receivedNumbers()).isEqualTo(upTo(4));
    }

    @Test
    void finishedMeansOutOfTheTurnAndEverythingSent() {
        Client client = fixture.ofQueue(100);
        Client other = fixture.ofQueue(100);
        publish(client, 0, 4);
        List<String> done = new ArrayList<>();
        client.connection.loop().runInside(() -> client.queue.finish(() -> done.add("done")));
        publish(client, 4, 2);
        assertThat(done).isEmpty();
        client.connection.channel().allow(9);
        assertThat(done).isEmpty();
        client.connection.channel().allow(1);
        assertThat(done).containsExactly("done");
        assertThat(client.receivedNumbers()).containsExactly(0L, 2L);
        other.connection.channel().allowAll();
        other.run();
        assertThat(other.receivedNumbers()).containsExactly(1L, 3L, 4L, 5L);
        client.run();
        assertThat(done).as("once").hasSize(1);
    }

    @Test
    void finishesAtOnceWhenItHoldsNothing() {
        Client client = fixture.ofQueue(100);
        List<String> done = new ArrayList<>();
        client.connection.loop().runInside(() -> client.queue.finish(() -> done.add("done")));
        assertThat(done).containsExactly("done");
    }

    @Test
    void handsOverEverythingAtOnceWhenAskedTo() {
        Client client = topicSubscriber(UNLIMITED, "drop-newest");
        for (int i = 0; i < 100; i++) {
            client.destination.publish(fixture.large("" + i, 4_200), publisher);
        }
        client.connection.loop().runInside(() -> {
            client.queue.finish(() -> {});
            client.queue.flushAll();
        });
        assertThat(client.connection.channel().pendingWrites()).isEqualTo(100);
        client.connection.channel().allowAll();
        assertThat(client.receivedNumbers()).isEqualTo(upTo(100));
    }

    // ---------------------------------------------------------------- age

    @Test
    void dropsOnDrainWhatWaitedTooLong() {
        Client client = fixture.ofTopic(SendQueueFixture.settings(UNLIMITED, "drop-newest", 1_000));
        publish(client, 0, 2);
        client.run();
        fixture.clock.advanceMs(500);
        publish(client, 2, 1);
        fixture.clock.advanceMs(501);
        publish(client, 3, 1);
        // 0 and 1 are on their way; 2 is 501 ms old.
        fixture.clock.advanceMs(499);
        publish(client, 4, 1);
        fixture.clock.advanceMs(1);
        client.connection.channel().allowAll();
        assertThat(client.receivedNumbers()).containsExactly(0L, 1L, 3L, 4L);
        assertThat(client.snapshot().dropped(DropReason.EXPIRED)).isEqualTo(1);
        assertThat(fixture.dropped(DropReason.EXPIRED)).isEqualTo(1);
    }

    @Test
    void dropsWithoutADrainWhatWaitedTooLong() {
        Client client = fixture.ofTopic(SendQueueFixture.settings(UNLIMITED, "drop-newest", 1_000));
        publish(client, 0, 1);
        client.run();
        publish(client, 1, 5);
        fixture.clock.advanceMs(1_000);
        client.tick();
        assertThat(client.queue.heldMessages()).isEqualTo(6);
        fixture.clock.advanceMs(1);
        client.tick();
        assertThat(client.queue.heldMessages()).isEqualTo(1);
        assertThat(client.snapshot().dropped(DropReason.EXPIRED)).isEqualTo(5);
    }

    @Test
    void closesUnderDisconnectWhenSomethingWaitedTooLong() {
        Client client = fixture.ofTopic(SendQueueFixture.settings(UNLIMITED, "disconnect", 1_000));
        publish(client, 0, 1);
        client.run();
        publish(client, 1, 1);
        fixture.clock.advanceMs(1_001);
        client.tick();
        assertThat(client.isClosed()).isTrue();
        assertThat(client.connection.closeReason()).isEqualTo(CloseReason.SLOW_SUBSCRIBER);
        assertThat(client.snapshot().dropped(DropReason.EXPIRED)).isZero();
        assertThat(client.snapshot().dropped(DropReason.SUBSCRIBER_LEFT)).isEqualTo(2);
    }

    // ---------------------------------------------------------------- the memory bound

    @Test
    void isShedToHalfOldestFirst() {
        Client client = topicSubscriber(UNLIMITED, "drop-newest");
        for (int i = 0; i < 10; i++) {
            client.destination.publish(fixture.large("" + i, 5_000), publisher);
        }
        long before = client.queue.heldBytes();
        assertThat(client.queue.canBeShed()).isTrue();
        assertThat(client.queue.shed()).isZero();
        assertThat(client.queue.heldBytes()).isEqualTo(before / 2);
        assertThat(client.snapshot().dropped(DropReason.MEMORY)).isEqualTo(5);
        assertThat(client.snapshot().dropped(DropReason.OVERFLOW)).isZero();
        client.connection.channel().allowAll();
        assertThat(client.receivedNumbers()).containsExactly(5L, 6L, 7L, 8L, 9L);
    }

    @Test
    void isToBeClosedInsteadOfShedUnderDisconnect() {
        Client client = topicSubscriber(UNLIMITED, "disconnect");
        publish(client, 0, 3);
        long held = client.queue.heldBytes();
        assertThat(client.queue.shed()).isEqualTo(held);
        assertThat(client.queue.heldMessages()).isEqualTo(3);
        assertThat(client.snapshot().dropped(DropReason.MEMORY)).isZero();
    }

    @Test
    void sheddingMakesRoomForPublishersThatWait() {
        Client client = topicSubscriber(SendQueueFixture.messages(10), "push-back");
        for (int i = 0; i < 10; i++) {
            client.destination.publish(fixture.large("" + i, 5_000), publisher);
        }
        assertThat(publisher.isPaused()).isTrue();
        client.queue.shed();
        client.queue.shed();
        client.run();
        assertThat(publisher.isPaused()).isFalse();
    }

    @Test
    void whatIsShedWhileABatchIsTakenInIsCountedOnce() {
        // Putting small batches together needs memory for a moment, and here there is none.
        SendQueueFixture tight = new SendQueueFixture(ScriptedChannel.Reading.AS_NIO, TransportKind.NIO, 250_000);
        Client client = tight.ofTopic(SendQueueFixture.settings(UNLIMITED, "drop-newest"));
        tight.batches.memory().onFull(client.queue::shed);
        int offered = 0;
        for (int i = 0; i < 10; i++) {
            client.destination.publish(tight.large("" + offered++, 5_000), publisher);
        }
        for (int i = 0; i < 32; i++) {
            client.destination.publish(tight.large("" + offered++, 4_000), publisher);
        }
        long dropped = client.snapshot().dropped();
        assertThat(client.queue.heldMessages() + dropped).isEqualTo(offered);
        assertThat(client.snapshot().dropped(DropReason.OVERFLOW)).isZero();
        assertThat(tight.dropped(DropReason.MEMORY)).isEqualTo(dropped);
        tight.close();
    }

    // ---------------------------------------------------------------- slow episodes

    @Test
    void anEpisodeBeginsAtThreeQuartersOfTheBoundAndEndsBelowOne() {
        try (LogLines slow = LogLines.of("io.sluice.slow")) {
            Client client = topicSubscriber(SendQueueFixture.messages(100), "drop-newest");
            publish(client, 0, 74);
            client.run();
            assertThat(slow.lines()).isEmpty();
            assertThat(client.snapshot().slow()).isFalse();
            publish(client, 74, 1);
            client.run();
            assertThat(slow.lines()).hasSize(1);
            assertThat(slow.lines().get(0))
                    .startsWith("WARN slow subscriber c-1 (127.0.0.1:4711, /topic/test): 75 messages are queued");
            assertThat(client.snapshot().slow()).isTrue();
            assertThat(client.snapshot().slowEpisodes()).isEqualTo(1);
            publish(client, 75, 30);
            publish(client, 105, 5);
            fixture.clock.advanceMs(1_234);
            client.connection.channel().allowAll();
            assertThat(slow.lines()).hasSize(2);
            assertThat(slow.lines().get(1))
                    .isEqualTo("WARN slow subscriber c-1 (127.0.0.1:4711, /topic/test) caught up after 1234 ms;"
                            + " lost 5 messages");
            assertThat(client.snapshot().slow()).isFalse();
            assertThat(fixture.counters.totals().slowEpisodes()).isEqualTo(1);
        }
    }

    @Test
    void anEpisodeEndsNotBeforeItHoldsLessThanAQuarter() {
        Client client = topicSubscriber(SendQueueFixture.messages(100), "drop-newest");
        for (int i = 0; i < 80; i++) {
            publish(client, i, 1);
        }
        client.run();
        assertThat(client.snapshot().slow()).isTrue();
        long bytes = 0;
        while (client.snapshot().heldMessages() >= 25) {
            assertThat(client.snapshot().slow())
                    .as("with %d held", client.snapshot().heldMessages())
                    .isTrue();
            client.connection.channel().allow(1);
            assertThat(++bytes).isLessThan(10_000);
        }
        assertThat(client.snapshot().slow()).isFalse();
    }

    @Test
    void anEpisodeDoesNotEndBecauseWhatWaitedHasExpired() {
        Client client =
                fixture.ofTopic(SendQueueFixture.settings(SendQueueFixture.messages(100), "drop-newest", 1_000));
        publish(client, 0, 1);
        client.run();
        publish(client, 1, 80);
        client.run();
        assertThat(client.snapshot().slow()).isTrue();
        fixture.clock.advanceMs(1_001);
        client.tick();
        assertThat(client.queue.heldMessages()).isEqualTo(1);
        assertThat(client.snapshot().slow()).isTrue();
        client.connection.channel().allowAll();
        client.tick();
        assertThat(client.snapshot().slow()).isFalse();
    }

    @Test
    void whoReadsNothingHasNotCaughtUpThoughMemoryWasTakenFromIt() {
        Client client = fixture.ofTopic(SendQueueFixture.settings(SendQueueFixture.messages(100), "drop-oldest", 0));
        publish(client, 0, 1);
        client.run();
        for (int i = 1; i <= 40; i++) {
            publish(client, i, 2);
        }
        assertThat(client.snapshot().slow()).isTrue();
        while (client.queue.heldMessages() > 10) {
            client.queue.shed();
        }
        client.tick();
        assertThat(client.snapshot().slow()).isTrue();
        client.connection.channel().allowAll();
        client.tick();
        assertThat(client.snapshot().slow()).isFalse();
    }

    @Test
    void logsAtMostOnePairAMinuteHoweverOftenItIsSlow() {
        try (LogLines slow = LogLines.of("io.sluice.slow")) {
            Client client = topicSubscriber(SendQueueFixture.messages(4), "drop-newest");
            for (int i = 0; i < 50; i++) {
                publish(client, 0, 4);
                client.run();
                client.connection.channel().allowAll();
                client.connection.channel().block();
                fixture.clock.advanceMs(1_000);
                client.tick();
            }
            assertThat(slow.lines()).hasSize(2);
            assertThat(client.snapshot().slowEpisodes()).isEqualTo(50);
        }
    }

    private Client topicSubscriber(BacklogBounds bounds, String policy) {
        return fixture.ofTopic(SendQueueFixture.settings(bounds, policy));
    }

    private Offer publish(Client client, long first, int count) {
        return client.destination.publish(fixture.numbered(first, count), publisher);
    }

    private static List<Long> upTo(int end) {
        return LongStream.range(0, end).boxed().toList();
    }
}

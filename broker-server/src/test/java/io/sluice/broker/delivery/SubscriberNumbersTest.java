package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.delivery.SendQueueFixture.Client;
import io.sluice.broker.delivery.SendQueueFixture.CountingPublisher;
import io.sluice.broker.destination.DestinationSnapshot;
import io.sluice.broker.message.DestinationKind;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.metrics.SlowEpisode;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is said of subscribers and of their destination, held against what happened. Each message takes five bytes. */
final class SubscriberNumbersTest {
    private static final int UP_TO_100_US = 0;
    private static final int UP_TO_3_MS = 3;
    private static final int UP_TO_30_MS = 5;

    private final SendQueueFixture fixture = new SendQueueFixture();
    private final CountingPublisher publisher = new CountingPublisher();

    @AfterEach
    void nothingIsHeld() {
        fixture.close();
    }

    // ---------------------------------------------------------------- time in the queue

    @Test
    void everyMessageWrittenHasItsTimeInTheQueue() {
        Client client = client("drop-newest", 1_000);
        client.connection.channel().allowAll();
        publish(client, 4);
        client.run();
        publish(client, 3);
        fixture.clock.advanceMs(2);
        client.run();
        assertThat(client.snapshot().timeInQueue().count(UP_TO_100_US)).isEqualTo(4);
        assertThat(client.snapshot().timeInQueue().count(UP_TO_3_MS)).isEqualTo(3);
        assertThat(client.snapshot().timeInQueue().count()).isEqualTo(7);
        assertThat(client.snapshot().timeInQueue().sumSeconds()).isEqualTo(0.006);
    }

    @Test
    void whatWaitsForTheSocketIsStillInTheQueue() {
        Client client = client("drop-newest", 1_000);
        publish(client, 4);
        client.run();
        fixture.clock.advanceMs(20);
        client.connection.channel().allow(20);
        assertThat(client.snapshot().timeInQueue().count(UP_TO_30_MS)).isEqualTo(4);
    }

    @Test
    void ofABatchThatIsCutByTheEndOnlyWholeMessagesCount() {
        Client client = client("drop-newest", 1_000);
        publish(client, 4);
        client.run();
        client.connection.channel().allow(7);
        client.connection.reset();
        client.run();
        assertThat(client.snapshot().messagesWritten()).isEqualTo(1);
        assertThat(client.snapshot().timeInQueue().count()).isEqualTo(1);
        assertThat(client.snapshot().dropped(DropReason.SUBSCRIBER_LEFT)).isEqualTo(3);
    }

    // ---------------------------------------------------------------- age

    @Test
    void theOldestIsTheOneThatHasWaitedLongestForTheSocket() {
        Client client = client("drop-newest", 1_000);
        assertThat(client.snapshot().oldestAgeMs()).isZero();
        publish(client, 1);
        fixture.clock.advanceMs(1_000);
        assertThat(client.snapshot().oldestAgeMs()).isEqualTo(1_000);
        client.run();
        publish(client, 1);
        fixture.clock.advanceMs(500);
        assertThat(client.snapshot().oldestAgeMs()).isEqualTo(1_500);
        assertThat(client.destination.snapshot().oldestAgeMs()).isEqualTo(1_500);
        client.connection.channel().allow(5);
        client.run();
        assertThat(client.snapshot().oldestAgeMs()).isEqualTo(500);
        client.connection.channel().allowAll();
        client.run();
        assertThat(client.snapshot().oldestAgeMs()).isZero();
    }

    // ---------------------------------------------------------------- slow episodes

    @Test
    void anEpisodeKnowsItsPeakAndWhatWasLost() {
        Client client = client("drop-newest", 4);
        publish(client, 2);
        assertThat(client.snapshot().slowSince()).isNull();
        assertThat(client.queue.slowEpisodes()).isEmpty();
        publish(client, 3);
        publish(client, 7);
        assertThat(client.snapshot().slow()).isTrue();
        assertThat(client.destination.snapshot().slowSubscribers()).isEqualTo(1);
        SlowEpisode now = client.queue.slowEpisodes().get(0);
        assertThat(now.start()).isEqualTo(client.snapshot().slowSince());
        assertThat(now.end()).isNull();
        assertThat(now.peakMessages()).isEqualTo(5);
        assertThat(now.peakBytes()).isEqualTo(client.queue.heldBytes());
        assertThat(now.lostMessages()).isEqualTo(7);
        client.connection.channel().allowAll();
        client.run();
        assertThat(client.snapshot().slowSince()).isNull();
        assertThat(client.destination.snapshot().slowSubscribers()).isZero();
        assertThat(client.queue.slowEpisodes()).singleElement().satisfies(over -> {
            assertThat(over.start()).isEqualTo(now.start());
            assertThat(over.end()).isNotNull();
            assertThat(over.peakMessages()).isEqualTo(5);
            assertThat(over.lostMessages()).isEqualTo(7);
        });
    }

    @Test
    void anEpisodeEndsWithItsSubscriber() {
        Client client = client("drop-newest", 4);
        publish(client, 4);
        client.run();
        client.connection.reset();
        client.run();
        assertThat(client.snapshot().slow()).isFalse();
        assertThat(client.queue.slowEpisodes()).singleElement().satisfies(over -> {
            assertThat(over.end()).isNotNull();
            assertThat(over.lostMessages()).isEqualTo(4);
        });
    }

    // ---------------------------------------------------------------- who waits

    @Test
    void publishersWaitForTheSubscriberThatPushesBackAndForNoOther() {
        Client slow = client("push-back", 4);
        Client quick = client("push-back", 1_000);
        quick.connection.channel().allowAll();
        publish(slow, 4);
        quick.run();
        assertThat(publisher.isPaused()).isTrue();
        assertThat(slow.snapshot().waitingPublishers()).isEqualTo(1);
        assertThat(quick.snapshot().waitingPublishers()).isZero();
        assertThat(slow.destination.isPushingBack()).isTrue();
        assertThat(slow.destination.isWaiting(publisher)).isTrue();
        assertThat(slow.destination.isWaiting(new CountingPublisher())).isFalse();
        assertThat(slow.destination.snapshot().waitingPublishers()).isEqualTo(1);
        slow.connection.channel().allowAll();
        slow.run();
        assertThat(slow.snapshot().waitingPublishers()).isZero();
        assertThat(slow.destination.isPushingBack()).isFalse();
        assertThat(slow.destination.isWaiting(publisher)).isFalse();
    }

    // ---------------------------------------------------------------- the destination

    @Test
    void aTopicCountsWhatCameAndWhatBecameOfItForEachSubscriber() {
        Client first = client("drop-newest", 4);
        Client second = client("drop-newest", 1_000);
        second.connection.channel().allowAll();
        publish(first, 4);
        publish(first, 6);
        second.run();
        DestinationSnapshot snapshot = first.destination.snapshot();
        assertThat(snapshot.kind()).isEqualTo(DestinationKind.TOPIC);
        assertThat(snapshot.subscribers()).isEqualTo(2);
        assertThat(snapshot.messagesIn()).isEqualTo(10);
        assertThat(snapshot.bytesIn()).isEqualTo(10);
        assertThat(snapshot.messagesOut()).isEqualTo(10);
        assertThat(snapshot.bytesOut()).isEqualTo(10);
        assertThat(snapshot.droppedMessages()).isEqualTo(6);
        assertThat(snapshot.heldMessages()).isEqualTo(4);
        assertThat(snapshot.heldBytes()).isEqualTo(first.queue.heldBytes());
        assertThat(snapshot.waitingMessages()).isZero();
        assertThat(snapshot.timeInQueue().count()).isEqualTo(10);
    }

    @Test
    void aTopicRemembersWhoHasGone() {
        Client stays = client("drop-newest", 1_000);
        Client goes = client("drop-newest", 1_000);
        stays.connection.channel().allowAll();
        goes.connection.channel().allow(10);
        publish(goes, 5);
        stays.run();
        goes.run();
        goes.connection.reset();
        goes.run();
        DestinationSnapshot snapshot = stays.destination.snapshot();
        assertThat(snapshot.subscribers()).isEqualTo(1);
        assertThat(snapshot.messagesOut()).isEqualTo(7);
        assertThat(snapshot.droppedMessages()).isEqualTo(3);
        assertThat(snapshot.heldMessages()).isZero();
        assertThat(snapshot.timeInQueue().count()).isEqualTo(7);
        stays.connection.reset();
        stays.run();
        assertThat(stays.destination.snapshot().messagesOut()).isEqualTo(7);
    }

    @Test
    void whoIsLeavingStillCounts() {
        client("drop-newest", 1_000);
        Client leaves = client("drop-newest", 1_000);
        publish(leaves, 3);
        leaves.run();
        leaves.connection.loop().runInside(() -> leaves.queue.finish(() -> {}));
        DestinationSnapshot snapshot = leaves.destination.snapshot();
        assertThat(snapshot.subscribers()).isEqualTo(1);
        assertThat(snapshot.heldMessages()).isEqualTo(6);
        leaves.connection.channel().allowAll();
        leaves.run();
        assertThat(leaves.destination.snapshot().messagesOut()).isEqualTo(3);
    }

    @Test
    void aQueueCountsWhatReturned() {
        Client goes = fixture.ofQueue(1_000);
        goes.connection.channel().allow(10);
        publish(goes, 5);
        goes.run();
        // A batch is held until all of it has been taken.
        assertThat(goes.destination.snapshot().heldMessages()).isEqualTo(5);
        goes.connection.reset();
        goes.run();
        fixture.clock.advanceMs(70);
        DestinationSnapshot snapshot = goes.destination.snapshot();
        assertThat(snapshot.kind()).isEqualTo(DestinationKind.QUEUE);
        assertThat(snapshot.subscribers()).isZero();
        assertThat(snapshot.messagesIn()).isEqualTo(5);
        assertThat(snapshot.messagesOut()).isEqualTo(2);
        assertThat(snapshot.returnedMessages()).isEqualTo(3);
        assertThat(snapshot.waitingMessages()).isEqualTo(3);
        assertThat(snapshot.heldMessages()).isEqualTo(3);
        assertThat(snapshot.oldestAgeMs()).isEqualTo(70);
        assertThat(goes.destination.purge(DropReason.PURGED)).isEqualTo(3);
        assertThat(goes.destination.snapshot().droppedMessages()).isEqualTo(3);
        assertThat(goes.destination.snapshot().oldestAgeMs()).isZero();
    }

    private Client client(String policy, long maxMessages) {
        return fixture.ofTopic(SendQueueFixture.settings(SendQueueFixture.messages(maxMessages), policy));
    }

    private void publish(Client client, int count) {
        client.destination.publish(
                fixture.batches.arrivingAt(fixture.clock.nowNs()).of(zeros(count)), publisher);
    }

    private static List<String> zeros(int count) {
        return Collections.nCopies(count, "0");
    }
}

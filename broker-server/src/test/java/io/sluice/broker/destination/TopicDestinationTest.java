package io.sluice.broker.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.broker.base.LogLines;
import io.sluice.broker.message.DestinationKind;
import io.sluice.broker.message.DestinationName;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.metrics.DropReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TopicDestinationTest {
    private final DestinationFixture fixture = new DestinationFixture();
    private final TopicDestination topic = fixture.topic();
    private final List<WindowSubscriber> subscribers = new ArrayList<>();
    private final List<String> resumed = new ArrayList<>();
    private final RecordingPublisher publisher = new RecordingPublisher("p", resumed);

    @AfterEach
    void nothingIsHeld() {
        subscribers.forEach(WindowSubscriber::read);
        fixture.assertNothingHeld(topic);
    }

    @Test
    void everySubscriberGetsEveryMessageInTheSameOrder() {
        WindowSubscriber a = subscribe("a");
        WindowSubscriber b = subscribe("b");
        WindowSubscriber c = subscribe("c");
        publish(0, 3);
        publish(3, 1);
        publish(4, 10);
        for (WindowSubscriber subscriber : List.of(a, b, c)) {
            assertThat(subscriber.offeredNumbers())
                    .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L, 13L);
        }
    }

    @Test
    void itsNameCannotTurnALogLineAround() {
        TopicDestination turned = new TopicDestination(DestinationName.of("/topic/\u202egnol"), fixture.context);
        assertThat(turned).hasToString("/topic/\\u{202e}gnol");
    }

    @Test
    void subscribersShareOneBatchAndItsCost() {
        WindowSubscriber a = subscribe("a");
        WindowSubscriber b = subscribe("b");
        MessageBatch batch = fixture.numbered(0, 3);
        assertThat(topic.publish(batch, publisher)).isEqualTo(Offer.ACCEPTED);
        assertThat(a.held()).containsExactly(batch);
        assertThat(b.held()).containsExactly(batch);
        assertThat(batch.refCnt()).isEqualTo(2);
        assertThat(fixture.batches.memory().bytes()).isEqualTo(batch.costBytes());
        a.read();
        assertThat(fixture.batches.memory().bytes()).isEqualTo(batch.costBytes());
        b.read();
        assertThat(fixture.batches.memory().bytes()).isZero();
    }

    @Test
    void aSubscriberMayBeDoneWithABatchBeforeTheOthersAreOfferedIt() {
        List<String> seen = new ArrayList<>();
        Subscriber hasty = new Subscriber() {
            @Override
            public Offer offer(MessageBatch batch) {
                seen.add("hasty");
                batch.release();
                return Offer.ACCEPTED;
            }

            @Override
            public long roomBytes() {
                return 1;
            }

            @Override
            public long roomMessages() {
                return 1;
            }

            @Override
            public boolean awaitRoom() {
                return false;
            }

            @Override
            public boolean hasStalled(long nowNs) {
                return false;
            }

            @Override
            public void addTo(Tally tally) {
                // Nobody asks.
            }

            @Override
            public String describe() {
                return "hasty";
            }
        };
        topic.subscribe(hasty);
        WindowSubscriber slow = subscribe("slow");
        publish(0, 2);
        assertThat(seen).containsExactly("hasty");
        assertThat(slow.offeredNumbers()).containsExactly(0L, 1L);
    }

    @Test
    void discardsAndCountsWhatNobodyIsSubscribedTo() {
        assertThat(publish(100, 3)).isEqualTo(Offer.ACCEPTED);
        assertThat(fixture.dropped(DropReason.NO_SUBSCRIBER)).isEqualTo(3);
        assertThat(fixture.counters.totals().droppedBytes().get(DropReason.NO_SUBSCRIBER))
                .isEqualTo(9);
        assertThat(fixture.batches.memory().bytes()).isZero();
    }

    @Test
    void whoSubscribesLaterGetsWhatComesLater() {
        WindowSubscriber first = subscribe("first");
        publish(0, 1);
        WindowSubscriber second = subscribe("second");
        publish(1, 1);
        topic.leave(first);
        publish(2, 1);
        assertThat(first.offeredNumbers()).containsExactly(0L, 1L);
        assertThat(second.offeredNumbers()).containsExactly(1L, 2L);
    }

    @Test
    void oneSubscriberThatDropsOrIsClosedTouchesNoOther() {
        WindowSubscriber full = subscribe("full");
        WindowSubscriber closed = subscribe("closed");
        WindowSubscriber healthy = subscribe("healthy");
        full.answer(Offer.DROPPED);
        closed.answer(Offer.CLOSED);
        assertThat(publish(0, 2)).isEqualTo(Offer.ACCEPTED);
        assertThat(healthy.offeredNumbers()).containsExactly(0L, 1L);
        assertThat(publisher.isPaused()).isFalse();
    }

    @Test
    void goesWithItsLastSubscriber() {
        WindowSubscriber a = subscribe("a");
        WindowSubscriber b = subscribe("b");
        topic.leave(a);
        assertThat(fixture.forgotten).isEmpty();
        topic.leave(b);
        assertThat(fixture.forgotten).containsExactly(topic);
        MessageBatch batch = fixture.numbered(0, 1);
        assertThat(topic.publish(batch, publisher)).isEqualTo(Offer.CLOSED);
        assertThat(batch.refCnt()).isEqualTo(1);
        batch.release();
        assertThat(topic.subscribe(a)).isFalse();
        topic.leave(a);
        topic.leave(b);
        assertThat(fixture.forgotten).containsExactly(topic);
        assertThat(fixture.dropped(DropReason.NO_SUBSCRIBER)).isZero();
    }

    @Test
    void leavingTwiceOrWithoutHavingSubscribedChangesNothing() {
        WindowSubscriber a = subscribe("a");
        topic.leave(WindowSubscriber.unlimited("stranger"));
        assertThat(fixture.forgotten).isEmpty();
        publish(0, 1);
        assertThat(a.offeredNumbers()).containsExactly(0L);
    }

    @Test
    void isNotForgottenByTimeWhileSomebodyIsSubscribed() {
        subscribe("a");
        fixture.clock.advanceMs(10 * DestinationFixture.FORGET_AFTER_MS);
        fixture.tick(topic);
        assertThat(fixture.forgotten).isEmpty();
    }

    @Test
    void pushesThePublisherBackUntilEverybodyHasRoom() {
        WindowSubscriber a = subscribe("a");
        WindowSubscriber b = subscribe("b");
        WindowSubscriber c = subscribe("c");
        a.answer(Offer.PUSHED_BACK);
        b.answer(Offer.PUSHED_BACK);
        RecordingPublisher other = new RecordingPublisher("other", resumed);
        assertThat(publish(0, 1)).isEqualTo(Offer.PUSHED_BACK);
        assertThat(topic.publish(fixture.numbered(1, 1), other)).isEqualTo(Offer.PUSHED_BACK);
        assertThat(publish(2, 1)).isEqualTo(Offer.PUSHED_BACK);
        assertThat(publisher.pauses()).isEqualTo(1);
        assertThat(fixture.counters.totals().pushBacks()).isEqualTo(2);
        assertThat(topic.snapshot().waitingPublishers()).isEqualTo(2);
        assertThat(c.offeredNumbers()).containsExactly(0L, 1L, 2L);
        topic.onRoom(a);
        topic.onRoom(c);
        assertThat(resumed).isEmpty();
        topic.onRoom(b);
        assertThat(resumed).containsExactly("p", "other");
        topic.onRoom(b);
        assertThat(resumed).hasSize(2);
    }

    @Test
    void aSubscriberThatPushedBackAndLeavesHoldsNobodyUp() {
        WindowSubscriber a = subscribe("a");
        subscribe("b");
        a.answer(Offer.PUSHED_BACK);
        publish(0, 1);
        assertThat(publisher.isPaused()).isTrue();
        topic.leave(a);
        assertThat(resumed).containsExactly("p");
    }

    @Test
    void theLastSubscriberThatLeavesReleasesThePublishersToo() {
        WindowSubscriber a = subscribe("a");
        a.answer(Offer.PUSHED_BACK);
        publish(0, 1);
        topic.leave(a);
        assertThat(publisher.isPaused()).isFalse();
        assertThat(fixture.forgotten).containsExactly(topic);
    }

    @Test
    void aPublisherThatHasGoneIsNotResumed() {
        WindowSubscriber a = subscribe("a");
        a.answer(Offer.PUSHED_BACK);
        publish(0, 1);
        topic.forget(publisher);
        assertThat(topic.snapshot().waitingPublishers()).isZero();
        topic.onRoom(a);
        assertThat(resumed).isEmpty();
    }

    @Test
    void warnsOnceOfALongPushBackAndNamesWhoDoesNotRead() {
        try (LogLines log = LogLines.of("io.sluice.push-back")) {
            WindowSubscriber a = subscribe("a");
            subscribe("reader");
            a.answer(Offer.PUSHED_BACK);
            publish(0, 1);
            fixture.clock.advanceMs(10_000);
            fixture.tick(topic);
            assertThat(log.lines()).isEmpty();
            fixture.clock.advanceMs(1);
            fixture.tick(topic);
            fixture.tick(topic);
            assertThat(log.lines()).hasSize(1);
            assertThat(log.lines().get(0))
                    .startsWith("WARN p to /topic/test has been pushed back for more than 10 s")
                    .contains("not reading: a;")
                    .doesNotContain("reader");
        }
    }

    @Test
    void takesNothingBackAndKeepsNothing() {
        WindowSubscriber a = subscribe("a");
        assertThat(topic.takesBack()).isFalse();
        assertThat(topic.purge(DropReason.PURGED)).isZero();
        assertThatThrownBy(() -> topic.giveBack(List.of())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> topic.rejoin(a)).isInstanceOf(IllegalStateException.class);
        topic.gone(a);
        assertThat(topic.snapshot()).satisfies(snapshot -> {
            assertThat(snapshot.name()).isEqualTo("/topic/test");
            assertThat(snapshot.kind()).isEqualTo(DestinationKind.TOPIC);
            assertThat(snapshot.subscribers()).isEqualTo(1);
            assertThat(snapshot.waitingMessages()).isZero();
            assertThat(snapshot.waitingBytes()).isZero();
            assertThat(snapshot.waitingPublishers()).isZero();
        });
    }

    private WindowSubscriber subscribe(String name) {
        WindowSubscriber subscriber = WindowSubscriber.unlimited(name);
        subscribers.add(subscriber);
        assertThat(topic.subscribe(subscriber)).isTrue();
        return subscriber;
    }

    private Offer publish(long first, int count) {
        return topic.publish(fixture.numbered(first, count), publisher);
    }
}

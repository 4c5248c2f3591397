package io.sluice.broker.destination;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.LogLines;
import io.sluice.broker.base.Seed;
import io.sluice.broker.delivery.OverflowPolicies;
import io.sluice.broker.message.BacklogBounds;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.metrics.DropReason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class QueueDestinationTest {
    private final DestinationFixture fixture = new DestinationFixture();
    private final List<WindowSubscriber> subscribers = new ArrayList<>();
    private final List<String> resumed = new ArrayList<>();
    private final RecordingPublisher publisher = publisher("p");
    private QueueDestination queue = fixture.queue();

    @AfterEach
    void nothingIsHeld() {
        subscribers.forEach(WindowSubscriber::read);
        queue.purge(DropReason.PURGED);
        fixture.assertNothingHeld(queue);
    }

    // ---------------------------------------------------------------- turns

    @Test
    void givesMessagesStrictlyInTurnHoweverTheyAreBatched() {
        Seed.check(100, random -> {
            QueueDestination destination = fixture.queue();
            List<WindowSubscriber> members = new ArrayList<>();
            int count = 1 + random.nextInt(5);
            for (int i = 0; i < count; i++) {
                members.add(WindowSubscriber.unlimited("s" + i));
                destination.subscribe(members.get(i));
            }
            long next = 0;
            for (int batch = 0; batch < 20; batch++) {
                int messages = 1 + random.nextInt(random.nextBoolean() ? 2 : 20);
                assertThat(destination.publish(fixture.numbered(next, messages), publisher))
                        .isEqualTo(Offer.ACCEPTED);
                next += messages;
            }
            for (int i = 0; i < count; i++) {
                assertThat(members.get(i).offeredNumbers())
                        .isEqualTo(LongStream.range(0, next)
                                .filter(turnOf(i, count))
                                .boxed()
                                .toList());
                members.get(i).read();
            }
        });
    }

    private static LongPredicate turnOf(int member, int count) {
        return number -> number % count == member;
    }

    @Test
    void whoSubscribesLaterTakesItsTurnLast() {
        WindowSubscriber first = subscribe(WindowSubscriber.unlimited("first"));
        publish(0, 2);
        WindowSubscriber second = subscribe(WindowSubscriber.unlimited("second"));
        publish(2, 4);
        assertThat(first.offeredNumbers()).containsExactly(0L, 1L, 2L, 4L);
        assertThat(second.offeredNumbers()).containsExactly(3L, 5L);
    }

    @Test
    void theTurnGoesOnWhereItWasWhenSomebodyLeaves() {
        WindowSubscriber a = subscribe(WindowSubscriber.unlimited("a"));
        WindowSubscriber b = subscribe(WindowSubscriber.unlimited("b"));
        WindowSubscriber c = subscribe(WindowSubscriber.unlimited("c"));
        publish(0, 2);
        queue.leave(a);
        publish(2, 3);
        assertThat(a.offeredNumbers()).containsExactly(0L);
        assertThat(b.offeredNumbers()).containsExactly(1L, 3L);
        assertThat(c.offeredNumbers()).containsExactly(2L, 4L);
    }

    @Test
    void whoseTurnItIsMayLeaveAndTheNextTakesIt() {
        WindowSubscriber a = subscribe(WindowSubscriber.unlimited("a"));
        WindowSubscriber b = subscribe(WindowSubscriber.unlimited("b"));
        WindowSubscriber c = subscribe(WindowSubscriber.unlimited("c"));
        publish(0, 2);
        queue.leave(c);
        publish(2, 2);
        assertThat(a.offeredNumbers()).containsExactly(0L, 2L);
        assertThat(b.offeredNumbers()).containsExactly(1L, 3L);
        assertThat(c.offeredNumbers()).isEmpty();
    }

    @Test
    void skipsWhoIsFullAndNobodyElse() {
        WindowSubscriber a = subscribe(WindowSubscriber.unlimited("a"));
        WindowSubscriber full = subscribe(WindowSubscriber.ofMessages("full", 1));
        WindowSubscriber c = subscribe(WindowSubscriber.unlimited("c"));
        publish(0, 8);
        assertThat(a.offeredNumbers()).containsExactly(0L, 3L, 5L, 7L);
        assertThat(full.offeredNumbers()).containsExactly(1L);
        assertThat(c.offeredNumbers()).containsExactly(2L, 4L, 6L);
        assertThat(full.isRoomAwaited()).isTrue();
        assertThat(a.isRoomAwaited()).isFalse();
    }

    @Test
    void whoHasRoomAgainGetsItsOldPlaceInTheTurn() {
        WindowSubscriber a = subscribe(WindowSubscriber.unlimited("a"));
        WindowSubscriber b = subscribe(WindowSubscriber.ofMessages("b", 1));
        WindowSubscriber c = subscribe(WindowSubscriber.unlimited("c"));
        publish(0, 5);
        // a: 0 3, b: 1, c: 2 4, and a is next
        b.read();
        assertThat(b.takeRoomNotice()).isTrue();
        queue.onRoom(b);
        publish(5, 3);
        assertThat(a.offeredNumbers()).containsExactly(0L, 3L, 5L);
        assertThat(b.offeredNumbers()).containsExactly(1L, 6L);
        assertThat(c.offeredNumbers()).containsExactly(2L, 4L, 7L);
    }

    @Test
    void whoReadsWhileItIsDealtToStaysInTheTurn() {
        WindowSubscriber window = WindowSubscriber.ofMessages("quick", 3);
        Subscriber quick = new Subscriber() {
            @Override
            public Offer offer(MessageBatch batch) {
                return window.offer(batch);
            }

            @Override
            public long roomBytes() {
                return window.roomBytes();
            }

            @Override
            public long roomMessages() {
                return window.roomMessages();
            }

            @Override
            public boolean awaitRoom() {
                window.read();
                return window.awaitRoom();
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
                return "quick";
            }
        };
        subscribers.add(window);
        queue.subscribe(quick);
        publish(0, 10);
        assertThat(window.offeredNumbers()).isEqualTo(upTo(10));
        assertThat(queue.snapshot().waitingMessages()).isZero();
    }

    @Test
    void aMessageGoesToExactlyOneWhateverItsSize() {
        WindowSubscriber a = subscribe(WindowSubscriber.unlimited("a"));
        WindowSubscriber b = subscribe(WindowSubscriber.unlimited("b"));
        queue.publish(fixture.of("", "x".repeat(40_000), "", "y".repeat(20_000)), publisher);
        assertThat(a.offered()).containsExactly("", "");
        assertThat(b.offered()).containsExactly("x".repeat(40_000), "y".repeat(20_000));
    }

    @Test
    void aSingleMessageIsHandedOverWithoutACopy() {
        WindowSubscriber a = subscribe(WindowSubscriber.unlimited("a"));
        subscribe(WindowSubscriber.unlimited("b"));
        MessageBatch single = fixture.of("only");
        queue.publish(single, publisher);
        assertThat(a.held()).containsExactly(single);
        assertThat(single.refCnt()).isEqualTo(1);
    }

    @Test
    void theOnlySubscriberIsHandedWholeBatches() {
        WindowSubscriber a = subscribe(WindowSubscriber.unlimited("a"));
        MessageBatch batch = fixture.numbered(0, 5);
        queue.publish(batch, publisher);
        assertThat(a.held()).containsExactly(batch);
    }

    // ---------------------------------------------------------------- waiting

    @Test
    void messagesWaitForTheFirstSubscriberInOrder() {
        publish(0, 3);
        publish(3, 1);
        assertThat(queue.snapshot().waitingMessages()).isEqualTo(4);
        WindowSubscriber late = subscribe(WindowSubscriber.unlimited("late"));
        assertThat(late.offeredNumbers()).isEqualTo(upTo(4));
        assertThat(queue.snapshot().waitingMessages()).isZero();
        assertThat(queue.snapshot().waitingBytes()).isZero();
    }

    @Test
    void whatNobodyHasRoomForWaitsAndIsGivenFirst() {
        WindowSubscriber a = subscribe(WindowSubscriber.ofMessages("a", 2));
        WindowSubscriber b = subscribe(WindowSubscriber.ofMessages("b", 1));
        publish(0, 5);
        assertThat(a.offeredNumbers()).containsExactly(0L, 2L);
        assertThat(b.offeredNumbers()).containsExactly(1L);
        assertThat(queue.snapshot().waitingMessages()).isEqualTo(2);
        publish(5, 1);
        a.read();
        queue.onRoom(a);
        assertThat(a.offeredNumbers()).containsExactly(0L, 2L, 3L, 4L);
        b.read();
        queue.onRoom(b);
        assertThat(b.offeredNumbers()).containsExactly(1L, 5L);
    }

    @Test
    void aBatchLargerThanAllWindowsIsDealtAsTheyEmpty() {
        WindowSubscriber a = subscribe(WindowSubscriber.ofMessages("a", 10));
        WindowSubscriber b = subscribe(WindowSubscriber.ofMessages("b", 7));
        publish(0, 1000);
        int rounds = 0;
        while (queue.snapshot().waitingMessages() > 0) {
            assertThat(a.heldMessages()).isEqualTo(10);
            assertThat(b.heldMessages()).isEqualTo(7);
            a.read();
            queue.onRoom(a);
            b.read();
            queue.onRoom(b);
            assertThat(++rounds).isLessThan(1000);
        }
        List<Long> all = new ArrayList<>(a.offeredNumbers());
        all.addAll(b.offeredNumbers());
        assertThat(all).containsExactlyInAnyOrderElementsOf(upTo(1000));
        assertThat(a.offeredNumbers()).isSorted();
        assertThat(b.offeredNumbers()).isSorted();
    }

    @Test
    void aMessageLargerThanAWindowPassesWhenTheWindowIsEmpty() {
        WindowSubscriber small = subscribe(WindowSubscriber.of("small", 1000, 10));
        queue.publish(fixture.batches.large("0", 50_000), publisher);
        queue.publish(fixture.batches.large("1", 50_000), publisher);
        assertThat(small.offered()).containsExactly("0");
        small.read();
        queue.onRoom(small);
        assertThat(small.offered()).containsExactly("0", "1");
    }

    @Test
    void aWindowInBytesHoldsAtMostItsBoundAndOneBatch() {
        WindowSubscriber small = subscribe(WindowSubscriber.of("small", 2000, 1_000_000));
        subscribe(WindowSubscriber.of("other", 1, 1));
        publish(0, 5000);
        long held = small.held().stream().mapToLong(MessageBatch::costBytes).sum();
        assertThat(held).isBetween(2000L, 2000L + 64 * 1024 + MessageBatch.OVERHEAD_BYTES);
        assertThat(small.heldMessages()).isLessThan(5000);
    }

    @Test
    void newMessagesDoNotOvertakeThoseThatWait() {
        WindowSubscriber a = subscribe(WindowSubscriber.ofMessages("a", 1));
        publish(0, 2);
        WindowSubscriber big = subscribe(WindowSubscriber.ofMessages("big", 1));
        // big took message 1; now both are full
        publish(2, 1);
        publish(3, 1);
        a.read();
        queue.onRoom(a);
        big.read();
        queue.onRoom(big);
        assertThat(a.offeredNumbers()).containsExactly(0L, 2L);
        assertThat(big.offeredNumbers()).containsExactly(1L, 3L);
    }

    // ---------------------------------------------------------------- coming back

    @Test
    void returnedMessagesComeFirstInTheOrderOfArrivalWhoeverReturnsThemFirst() {
        for (boolean aFirst : new boolean[] {true, false}) {
            QueueDestination destination = fixture.queue();
            WindowSubscriber a = WindowSubscriber.ofMessages("a", 3);
            WindowSubscriber b = WindowSubscriber.ofMessages("b", 3);
            destination.subscribe(a);
            destination.subscribe(b);
            destination.publish(fixture.numbered(0, 8), publisher);
            destination.leave(a);
            destination.leave(b);
            destination.giveBack((aFirst ? a : b).takeAll());
            destination.giveBack((aFirst ? b : a).takeAll());
            assertThat(destination.snapshot().waitingMessages()).isEqualTo(8);
            destination.publish(fixture.numbered(8, 2), publisher);
            WindowSubscriber late = WindowSubscriber.unlimited("late");
            destination.subscribe(late);
            assertThat(late.offeredNumbers()).as("a first: %s", aFirst).isEqualTo(upTo(10));
            late.read();
        }
    }

    @Test
    void returnedMessagesGoToWhoHasRoomAtOnce() {
        WindowSubscriber leaver = subscribe(WindowSubscriber.unlimited("leaver"));
        publish(0, 5);
        WindowSubscriber a = subscribe(WindowSubscriber.unlimited("a"));
        WindowSubscriber b = subscribe(WindowSubscriber.unlimited("b"));
        queue.leave(leaver);
        queue.giveBack(leaver.takeAll());
        queue.gone(leaver);
        assertThat(a.offeredNumbers()).containsExactly(0L, 2L, 4L);
        assertThat(b.offeredNumbers()).containsExactly(1L, 3L);
        assertThat(fixture.counters.totals().messagesReturned()).isEqualTo(5);
    }

    @Test
    void messagesThatReturnTwiceKeepTheirPlace() {
        WindowSubscriber first = subscribe(WindowSubscriber.unlimited("first"));
        publish(0, 6);
        queue.leave(first);
        queue.giveBack(first.takeAll());
        WindowSubscriber second = subscribe(WindowSubscriber.ofMessages("second", 4));
        publish(6, 2);
        assertThat(second.offeredNumbers()).isEqualTo(upTo(4));
        queue.leave(second);
        queue.giveBack(second.takeAll());
        WindowSubscriber third = subscribe(WindowSubscriber.unlimited("third"));
        assertThat(third.offeredNumbers()).isEqualTo(upTo(8));
        assertThat(fixture.counters.totals().messagesReturned()).isEqualTo(10);
    }

    @Test
    void aPartOfABatchThatReturnsKeepsItsPlace() {
        WindowSubscriber leaver = subscribe(WindowSubscriber.unlimited("leaver"));
        publish(0, 6);
        queue.leave(leaver);
        MessageBatch whole = leaver.takeOldest();
        MessageBatch unsent = whole.copy(2, 6);
        whole.release();
        publish(6, 1);
        queue.giveBack(List.of(unsent));
        WindowSubscriber late = subscribe(WindowSubscriber.unlimited("late"));
        assertThat(late.offeredNumbers()).containsExactly(2L, 3L, 4L, 5L, 6L);
    }

    @Test
    void whoHasLeftGetsNothingThoughItHasRoom() {
        WindowSubscriber leaver = subscribe(WindowSubscriber.ofMessages("leaver", 1));
        publish(0, 2);
        queue.leave(leaver);
        leaver.read();
        queue.onRoom(leaver);
        publish(2, 1);
        assertThat(leaver.offeredNumbers()).containsExactly(0L);
        assertThat(queue.snapshot().waitingMessages()).isEqualTo(2);
        queue.gone(leaver);
        queue.onRoom(leaver);
        queue.rejoin(leaver);
        assertThat(leaver.offeredNumbers()).containsExactly(0L);
    }

    @Test
    void whoStalledGetsItsOldPlaceBackWhenItRejoins() {
        WindowSubscriber a = subscribe(WindowSubscriber.unlimited("a"));
        WindowSubscriber stalled = subscribe(WindowSubscriber.unlimited("stalled"));
        WindowSubscriber c = subscribe(WindowSubscriber.unlimited("c"));
        publish(0, 3);
        queue.leave(stalled);
        queue.giveBack(stalled.takeAll());
        // a got 0 and what returned, 1; c got 2; c is next
        assertThat(a.offeredNumbers()).containsExactly(0L, 1L);
        queue.rejoin(stalled);
        publish(3, 3);
        assertThat(c.offeredNumbers()).containsExactly(2L, 3L);
        assertThat(a.offeredNumbers()).containsExactly(0L, 1L, 4L);
        assertThat(stalled.offeredNumbers()).containsExactly(1L, 5L);
    }

    @Test
    void leavingAndRejoiningTwiceChangesNothing() {
        WindowSubscriber a = subscribe(WindowSubscriber.unlimited("a"));
        WindowSubscriber b = subscribe(WindowSubscriber.unlimited("b"));
        queue.leave(a);
        queue.leave(a);
        publish(0, 2);
        queue.rejoin(a);
        queue.rejoin(a);
        publish(2, 4);
        assertThat(a.offeredNumbers()).hasSize(2);
        assertThat(b.offeredNumbers()).hasSize(4);
    }

    // ---------------------------------------------------------------- push-back

    @Test
    void pushesAPublisherBackWhenItIsFullAndTakesWhatWasOffered() {
        bounded(10);
        assertThat(publish(0, 9)).isEqualTo(Offer.ACCEPTED);
        assertThat(publisher.isPaused()).isFalse();
        assertThat(publish(9, 1)).isEqualTo(Offer.PUSHED_BACK);
        assertThat(publisher.pauses()).isEqualTo(1);
        assertThat(publish(10, 5)).isEqualTo(Offer.PUSHED_BACK);
        assertThat(publisher.pauses())
                .as("waits once however much it had already sent")
                .isEqualTo(1);
        assertThat(fixture.counters.totals().pushBacks()).isEqualTo(1);
        assertThat(queue.snapshot().waitingPublishers()).isEqualTo(1);
        WindowSubscriber late = subscribe(WindowSubscriber.unlimited("late"));
        assertThat(late.offeredNumbers()).isEqualTo(upTo(15));
        assertThat(publisher.isPaused()).isFalse();
    }

    @Test
    void pushesBackWhenItsBytesReachTheBound() {
        queue = fixture.queue(new BacklogBounds(3 * (MessageBatch.OVERHEAD_BYTES + 5), Long.MAX_VALUE), "push-back");
        assertThat(publish(0, 1)).isEqualTo(Offer.ACCEPTED);
        assertThat(publish(1, 1)).isEqualTo(Offer.ACCEPTED);
        assertThat(publish(2, 1)).isEqualTo(Offer.PUSHED_BACK);
    }

    @Test
    void leavingPushBackReleasesEverybodyWhoWaitsAndLosesNothing() {
        for (String policy : List.of("drop-newest", "drop-oldest", "latest")) {
            bounded(10);
            RecordingPublisher other = publisher("other");
            publish(0, 10);
            queue.publish(fixture.numbered(10, 2), other);
            assertThat(publisher.isPaused() && other.isPaused()).isTrue();

            queue.change(new QueueSettings(messages(20), OverflowPolicies.named(policy)));

            assertThat(publisher.isPaused() || other.isPaused()).as(policy).isFalse();
            assertThat(queue.snapshot().waitingPublishers()).isZero();
            assertThat(queue.snapshot().waitingMessages()).isEqualTo(12);
            queue.purge(DropReason.PURGED);
        }
    }

    @Test
    void aRaisedBoundReleasesPublishersAndALoweredOneStopsTheNext() {
        bounded(10);
        publish(0, 10);
        assertThat(publisher.isPaused()).isTrue();
        queue.change(new QueueSettings(messages(100), OverflowPolicies.named("push-back")));
        assertThat(publisher.isPaused()).isFalse();

        queue.change(new QueueSettings(messages(5), OverflowPolicies.named("push-back")));
        assertThat(queue.snapshot().waitingMessages()).as("nothing is lost").isEqualTo(10);
        assertThat(publisher.isPaused()).isFalse();
        assertThat(publish(10, 1)).isEqualTo(Offer.PUSHED_BACK);
    }

    @Test
    void aLoweredBoundDropsByTheNewPolicyAndCounts() {
        bounded(10);
        for (int i = 0; i < 10; i++) {
            publish(i, 1);
        }
        queue.change(new QueueSettings(messages(4), OverflowPolicies.named("drop-oldest")));
        assertThat(publisher.isPaused()).isFalse();
        assertThat(fixture.dropped(DropReason.OVERFLOW)).isEqualTo(6);
        assertThat(subscribe(WindowSubscriber.unlimited("late")).offeredNumbers())
                .containsExactly(6L, 7L, 8L, 9L);
    }

    private static BacklogBounds messages(long maxMessages) {
        return new BacklogBounds(Long.MAX_VALUE, maxMessages);
    }

    @Test
    void publishersGoOnBelowHalfAndNotBefore() {
        bounded(10);
        publish(0, 10);
        assertThat(publisher.isPaused()).isTrue();
        WindowSubscriber one = subscribe(WindowSubscriber.ofMessages("one", 1));
        for (int taken = 1; taken < 6; taken++) {
            assertThat(queue.snapshot().waitingMessages()).isEqualTo(10 - taken);
            assertThat(publisher.isPaused()).as("with %d waiting", 10 - taken).isTrue();
            one.read();
            queue.onRoom(one);
        }
        assertThat(queue.snapshot().waitingMessages()).isEqualTo(4);
        assertThat(publisher.isPaused()).isFalse();
    }

    @Test
    void publishersGoOnInTheOrderTheyStoppedAsManyAsThereIsRoomForARead() {
        // Half of the bound has room for one read of 64 KiB.
        queue = fixture.queue(new BacklogBounds(200_000, Long.MAX_VALUE), "push-back");
        List<RecordingPublisher> publishers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            publishers.add(publisher("p" + i));
            queue.publish(fixture.batches.large("x", 60_000), publishers.get(i));
        }
        queue.publish(fixture.batches.large("x", 200_000), publishers.get(2));
        queue.publish(fixture.batches.large("x", 10), publishers.get(1));
        queue.publish(fixture.batches.large("x", 20_000), publishers.get(0));
        // The fourth batch of 60,260 reached the bound, so p3 stopped first, then p2, p1 and p0.
        assertThat(publishers).allMatch(RecordingPublisher::isPaused);
        WindowSubscriber one = subscribe(WindowSubscriber.ofMessages("one", 1));
        while (resumed.isEmpty()) {
            one.read();
            queue.onRoom(one);
        }
        assertThat(resumed).as("one read fits").containsExactly("p3");
        one.read();
        queue.onRoom(one);
        assertThat(resumed).containsExactly("p3", "p2");
        one.read();
        queue.onRoom(one);
        assertThat(resumed).as("nothing waits any more").containsExactly("p3", "p2", "p1", "p0");
    }

    @Test
    void aPublisherThatHasGoneIsNotResumed() {
        bounded(1);
        RecordingPublisher other = publisher("other");
        publish(0, 1);
        queue.publish(fixture.numbered(1, 1), other);
        queue.forget(publisher);
        assertThat(queue.snapshot().waitingPublishers()).isEqualTo(1);
        queue.purge(DropReason.PURGED);
        assertThat(resumed).containsExactly("other");
        queue.forget(publisher);
        queue.forget(other);
    }

    @Test
    void aPublisherMayBePushedBackAgain() {
        bounded(1);
        publish(0, 1);
        queue.purge(DropReason.PURGED);
        assertThat(publisher.isPaused()).isFalse();
        publish(1, 1);
        assertThat(publisher.pauses()).isEqualTo(1);
        assertThat(fixture.counters.totals().pushBacks()).isEqualTo(2);
    }

    @Test
    void warnsOnceOfAPushBackLongerThanTenSecondsAndNamesWhoWaitsForWhom() {
        try (LogLines log = LogLines.of("io.sluice.push-back")) {
            bounded(1);
            publish(0, 1);
            fixture.clock.advanceMs(10_000);
            fixture.tick(queue);
            assertThat(log.lines()).isEmpty();
            fixture.clock.advanceMs(1);
            fixture.tick(queue);
            fixture.tick(queue);
            assertThat(log.lines()).hasSize(1);
            assertThat(log.lines().get(0)).startsWith("WARN").contains("p to /queue/test", "no subscriber");
            subscribe(WindowSubscriber.ofMessages("reader", 1));
            assertThat(publisher.isPaused()).isFalse();
            publish(1, 1);
            fixture.clock.advanceMs(10_001);
            fixture.tick(queue);
            assertThat(log.lines()).hasSize(2);
            assertThat(log.lines().get(1)).contains("p to /queue/test", "not reading: reader");
        }
    }

    @Test
    void namesAtMostThreeOfManyWaitingPublishers() {
        try (LogLines log = LogLines.of("io.sluice.push-back")) {
            bounded(1);
            for (int i = 0; i < 5; i++) {
                queue.publish(fixture.numbered(i, 1), publisher("p" + i));
            }
            fixture.clock.advanceMs(10_001);
            fixture.tick(queue);
            assertThat(log.lines()).hasSize(1);
            assertThat(log.lines().get(0)).contains("p0, p1, p2 and 2 more to /queue/test");
        }
    }

    // ---------------------------------------------------------------- other policies

    @Test
    void dropNewestKeepsWhatWaits() {
        queue = fixture.queue(new BacklogBounds(Long.MAX_VALUE, 3), "drop-newest");
        assertThat(publish(0, 3)).isEqualTo(Offer.ACCEPTED);
        assertThat(publish(3, 2)).isEqualTo(Offer.DROPPED);
        assertThat(publisher.isPaused()).isFalse();
        assertThat(subscribe(WindowSubscriber.unlimited("s")).offeredNumbers()).isEqualTo(upTo(3));
        assertThat(fixture.dropped(DropReason.OVERFLOW)).isEqualTo(2);
        assertThat(fixture.counters.totals().droppedBytes().get(DropReason.OVERFLOW))
                .isEqualTo(2);
    }

    @Test
    void dropOldestKeepsWhatCameLast() {
        queue = fixture.queue(new BacklogBounds(Long.MAX_VALUE, 3), "drop-oldest");
        publish(0, 2);
        publish(2, 1);
        assertThat(publish(3, 2)).isEqualTo(Offer.DROPPED);
        assertThat(subscribe(WindowSubscriber.unlimited("s")).offeredNumbers()).containsExactly(2L, 3L, 4L);
        assertThat(fixture.dropped(DropReason.OVERFLOW)).isEqualTo(2);
    }

    @Test
    void latestKeepsOneMessage() {
        queue = fixture.queue(DestinationFixture.UNLIMITED, "latest");
        publish(0, 3);
        publish(3, 2);
        assertThat(queue.snapshot().waitingMessages()).isEqualTo(1);
        assertThat(subscribe(WindowSubscriber.unlimited("s")).offeredNumbers()).containsExactly(4L);
        assertThat(fixture.dropped(DropReason.OVERFLOW)).isEqualTo(4);
    }

    @Test
    void latestCountsOnlyWhatNobodyGot() {
        queue = fixture.queue(DestinationFixture.UNLIMITED, "latest");
        WindowSubscriber taker = subscribe(WindowSubscriber.ofMessages("taker", 3));
        publish(0, 10);
        assertThat(taker.offeredNumbers()).isEqualTo(upTo(3));
        assertThat(queue.snapshot().waitingMessages()).isEqualTo(1);
        assertThat(fixture.dropped(DropReason.OVERFLOW)).isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"drop-newest", "drop-oldest", "latest", "push-back"})
    void whatWasReturnedIsNeverDroppedForWhatIsNew(String policy) {
        queue = fixture.queue(new BacklogBounds(Long.MAX_VALUE, 4), policy);
        WindowSubscriber leaver = subscribe(WindowSubscriber.ofMessages("leaver", 4));
        publish(0, 4);
        queue.leave(leaver);
        queue.giveBack(leaver.takeAll());
        for (int i = 4; i < 10; i++) {
            publish(i, 1);
        }
        WindowSubscriber late = subscribe(WindowSubscriber.unlimited("late"));
        assertThat(late.offeredNumbers()).startsWith(0L, 1L, 2L, 3L).isSorted();
        assertThat(late.offeredNumbers().size() + fixture.dropped(DropReason.OVERFLOW))
                .isEqualTo(10);
    }

    // ---------------------------------------------------------------- purging and forgetting

    @Test
    void purgingDropsWhatIsNotAssignedAndReleasesThePublishers() {
        bounded(5);
        WindowSubscriber taker = subscribe(WindowSubscriber.ofMessages("taker", 2));
        WindowSubscriber leaver = subscribe(WindowSubscriber.ofMessages("leaver", 2));
        publish(0, 12);
        queue.leave(leaver);
        queue.giveBack(leaver.takeAll());
        assertThat(queue.snapshot().waitingMessages()).isEqualTo(10);
        assertThat(publisher.isPaused()).isTrue();
        assertThat(queue.purge(DropReason.PURGED)).isEqualTo(10);
        assertThat(publisher.isPaused()).isFalse();
        assertThat(queue.snapshot().waitingMessages()).isZero();
        assertThat(queue.snapshot().waitingBytes()).isZero();
        assertThat(fixture.dropped(DropReason.PURGED)).isEqualTo(10);
        // Payloads 1, 3 that returned; 4 to 9 have one digit, 10 and 11 two.
        assertThat(fixture.counters.totals().droppedBytes().get(DropReason.PURGED))
                .isEqualTo(12);
        assertThat(taker.heldMessages()).isEqualTo(2);
        assertThat(queue.purge(DropReason.PURGED)).isZero();
        publish(12, 1);
        taker.read();
        queue.onRoom(taker);
        assertThat(taker.offeredNumbers()).containsExactly(0L, 2L, 12L);
    }

    @Test
    void isForgottenWhenNobodyHasUsedItForAMinute() {
        fixture.clock.advanceMs(DestinationFixture.FORGET_AFTER_MS);
        fixture.tick(queue);
        assertThat(fixture.forgotten).isEmpty();
        fixture.clock.advanceMs(1);
        fixture.tick(queue);
        assertThat(fixture.forgotten).containsExactly(queue);
    }

    @Test
    void aForgottenQueueTakesNothingAndLeavesTheBatchWithThePublisher() {
        fixture.clock.advanceMs(DestinationFixture.FORGET_AFTER_MS + 1);
        fixture.tick(queue);
        MessageBatch batch = fixture.numbered(0, 1);
        assertThat(queue.publish(batch, publisher)).isEqualTo(Offer.CLOSED);
        assertThat(batch.refCnt()).isEqualTo(1);
        batch.release();
        assertThat(queue.subscribe(WindowSubscriber.unlimited("s"))).isFalse();
    }

    @Test
    void isKeptWhileMessagesWait() {
        publish(0, 1);
        fixture.clock.advanceMs(3 * DestinationFixture.FORGET_AFTER_MS);
        fixture.tick(queue);
        assertThat(fixture.forgotten).isEmpty();
        queue.purge(DropReason.PURGED);
        fixture.tick(queue);
        assertThat(fixture.forgotten).containsExactly(queue);
    }

    @Test
    void isKeptWhileReturnedMessagesWait() {
        WindowSubscriber leaver = subscribe(WindowSubscriber.unlimited("leaver"));
        publish(0, 1);
        queue.leave(leaver);
        queue.giveBack(leaver.takeAll());
        queue.gone(leaver);
        fixture.clock.advanceMs(3 * DestinationFixture.FORGET_AFTER_MS);
        fixture.tick(queue);
        assertThat(fixture.forgotten).isEmpty();
    }

    @Test
    void isKeptWhileSomebodyWhoLeftStillHoldsMessages() {
        WindowSubscriber leaver = subscribe(WindowSubscriber.unlimited("leaver"));
        publish(0, 1);
        queue.leave(leaver);
        fixture.clock.advanceMs(3 * DestinationFixture.FORGET_AFTER_MS);
        fixture.tick(queue);
        assertThat(fixture.forgotten).isEmpty();
        queue.giveBack(leaver.takeAll());
        queue.gone(leaver);
        assertThat(queue.snapshot().waitingMessages()).isEqualTo(1);
    }

    @Test
    void everyUseKeepsItForAnotherMinute() {
        fixture.clock.advanceMs(50_000);
        WindowSubscriber s = subscribe(WindowSubscriber.unlimited("s"));
        publish(0, 1);
        fixture.clock.advanceMs(50_000);
        queue.leave(s);
        queue.gone(s);
        fixture.clock.advanceMs(50_000);
        fixture.tick(queue);
        assertThat(fixture.forgotten).as("50 s after its last subscriber left").isEmpty();
        fixture.clock.advanceMs(10_001);
        fixture.tick(queue);
        assertThat(fixture.forgotten).containsExactly(queue);
    }

    @Test
    void tellsHowItStands() {
        subscribe(WindowSubscriber.ofMessages("s", 1));
        publish(0, 3);
        DestinationSnapshot snapshot = queue.snapshot();
        assertThat(snapshot.name()).isEqualTo("/queue/test");
        assertThat(snapshot.subscribers()).isEqualTo(1);
        assertThat(snapshot.waitingMessages()).isEqualTo(2);
        assertThat(snapshot.waitingBytes())
                .isPositive()
                .isLessThanOrEqualTo(fixture.batches.memory().bytes());
        assertThat(queue).hasToString("/queue/test");
        assertThat(queue.takesBack()).isTrue();
    }

    private void bounded(long maxMessages) {
        queue = fixture.queue(new BacklogBounds(Long.MAX_VALUE, maxMessages), "push-back");
    }

    private WindowSubscriber subscribe(WindowSubscriber subscriber) {
        subscribers.add(subscriber);
        assertThat(queue.subscribe(subscriber)).isTrue();
        return subscriber;
    }

    private Offer publish(long first, int count) {
        return queue.publish(fixture.numbered(first, count), publisher);
    }

    private RecordingPublisher publisher(String name) {
        return new RecordingPublisher(name, resumed);
    }

    private static List<Long> upTo(int end) {
        return IntStream.range(0, end).mapToObj(Long::valueOf).toList();
    }
}

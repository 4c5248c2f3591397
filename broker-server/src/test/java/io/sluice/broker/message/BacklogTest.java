package io.sluice.broker.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.Seed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BacklogTest {
    /** From this many small batches at the tail on, they are put together. */
    private static final int MERGE_WHEN = 32;

    private final Batches batches = new Batches();
    private final Backlog backlog = new Backlog(new BacklogBounds(Long.MAX_VALUE, Long.MAX_VALUE));

    @AfterEach
    void nothingIsHeld() {
        backlog.dropAll();
        batches.assertNothingHeld();
    }

    // ---------------------------------------------------------------- holding

    @Test
    void givesBatchesInTheOrderTheyCame() {
        backlog.append(batches.of("a"));
        backlog.append(batches.of("b", "c"));
        backlog.append(batches.of("d"));
        assertThat(backlog.waitingBatches()).isEqualTo(3);
        assertThat(backlog.heldMessages()).isEqualTo(4);
        assertThat(takeAll()).containsExactly("a", "b", "c", "d");
        assertThat(backlog.isEmpty()).isTrue();
        assertThat(backlog.poll()).isNull();
        assertThat(backlog.peek()).isNull();
    }

    @Test
    void holdsTheCostOfWhatWaits() {
        MessageBatch first = batches.of("a");
        MessageBatch second = batches.large("b", 9_000);
        backlog.append(first);
        backlog.append(second);
        assertThat(backlog.heldBytes()).isEqualTo(first.costBytes() + second.costBytes());
        assertThat(backlog.peek()).isSameAs(first);
    }

    @Test
    void aBatchThatIsTakenCountsUntilItIsSettled() {
        MessageBatch batch = batches.of("a", "b");
        backlog.append(batch);
        assertThat(backlog.poll()).isSameAs(batch);
        assertThat(backlog.isEmpty()).isTrue();
        assertThat(backlog.heldBytes()).isEqualTo(batch.costBytes());
        assertThat(backlog.heldMessages()).isEqualTo(2);
        backlog.settle(0, 1);
        assertThat(backlog.heldMessages()).isEqualTo(1);
        backlog.settle(batch.costBytes(), 1);
        assertThat(backlog.heldBytes()).isZero();
        assertThat(backlog.heldMessages()).isZero();
        batch.release();
    }

    @Test
    void whatIsPutBackWaitsBeforeAllOthersAndIsNotCountedTwice() {
        backlog.append(batches.of("a"));
        backlog.append(batches.of("b"));
        long held = backlog.heldBytes();
        backlog.putBack(Objects.requireNonNull(backlog.poll()));
        assertThat(backlog.heldBytes()).isEqualTo(held);
        assertThat(backlog.heldMessages()).isEqualTo(2);
        assertThat(takeAll()).containsExactly("a", "b");
    }

    @Test
    void whatIsHeldElsewhereCounts() {
        backlog.hold(1000, 7);
        assertThat(backlog.heldBytes()).isEqualTo(1000);
        assertThat(backlog.heldMessages()).isEqualTo(7);
        assertThat(backlog.isEmpty()).isTrue();
        backlog.settle(1000, 7);
    }

    // ---------------------------------------------------------------- bounds

    @Test
    void isFullWhenItHoldsAsManyBytesAsTheBound() {
        Backlog bounded = new Backlog(new BacklogBounds(1000, Long.MAX_VALUE));
        bounded.hold(999, 1);
        assertThat(bounded.isFull()).isFalse();
        bounded.hold(1, 0);
        assertThat(bounded.isFull()).isTrue();
        bounded.settle(1, 0);
        assertThat(bounded.isFull()).isFalse();
    }

    @Test
    void isFullWhenItHoldsAsManyMessagesAsTheBound() {
        Backlog bounded = new Backlog(new BacklogBounds(Long.MAX_VALUE, 3));
        bounded.append(batches.of("a", "b"));
        assertThat(bounded.isFull()).isFalse();
        bounded.append(batches.of("c"));
        assertThat(bounded.isFull()).isTrue();
        bounded.dropAll();
    }

    @Test
    void oneMessageLargerThanTheBoundPassesWhenThereIsRoom() {
        Backlog bounded = new Backlog(new BacklogBounds(1, 1));
        assertThat(bounded.isFull()).isFalse();
        bounded.append(batches.large("x", 100_000));
        assertThat(bounded.isFull()).isTrue();
        bounded.dropAll();
        assertThat(bounded.isFull()).isFalse();
    }

    @Test
    void newBoundsHoldFromTheNextQuestionOn() {
        backlog.append(batches.of("a", "b", "c"));
        backlog.setBounds(new BacklogBounds(Long.MAX_VALUE, 3));
        assertThat(backlog.isFull()).isTrue();
        assertThat(backlog.isFilled(75)).isTrue();
        assertThat(backlog.waitingBatches()).isEqualTo(1);
        backlog.setBounds(new BacklogBounds(Long.MAX_VALUE, 100));
        assertThat(backlog.isFull()).isFalse();
        assertThat(backlog.isFilled(3)).isTrue();
        assertThat(backlog.isFilled(4)).isFalse();
    }

    // ---------------------------------------------------------------- dropping

    @Test
    void countsWhatItRefusesAndHoldsNothingOfIt() {
        MessageBatch refused = batches.of("abc", "de");
        backlog.refuse(refused);
        assertThat(refused.refCnt()).isZero();
        assertThat(backlog.droppedMessages()).isEqualTo(2);
        assertThat(backlog.droppedBytes()).isEqualTo(5);
        assertThat(backlog.heldBytes()).isZero();
        assertThat(backlog.heldMessages()).isZero();
    }

    @Test
    void dropsTheOldestFirst() {
        backlog.append(batches.of("abc", "de"));
        backlog.append(batches.of("f"));
        assertThat(backlog.dropOldest()).isTrue();
        assertThat(backlog.droppedMessages()).isEqualTo(2);
        assertThat(backlog.droppedBytes()).isEqualTo(5);
        assertThat(backlog.heldMessages()).isEqualTo(1);
        assertThat(takeAll()).containsExactly("f");
        assertThat(backlog.dropOldest()).isFalse();
        assertThat(backlog.droppedMessages()).isEqualTo(2);
    }

    @Test
    void dropsAllThatWaitButNotWhatIsTaken() {
        MessageBatch taken = batches.of("a");
        backlog.append(taken);
        backlog.append(batches.of("b"));
        backlog.append(batches.of("c"));
        backlog.poll();
        backlog.dropAll();
        assertThat(backlog.isEmpty()).isTrue();
        assertThat(backlog.droppedMessages()).isEqualTo(2);
        assertThat(backlog.heldMessages()).isEqualTo(1);
        assertThat(backlog.heldBytes()).isEqualTo(taken.costBytes());
        backlog.settle(taken.costBytes(), 1);
        taken.release();
    }

    @Test
    void ofABatchThatIsPartlyDealtOutOnlyTheRestIsDropped() {
        MessageBatch batch = batches.of("abc", "de", "f").arrivedAs(Arrivals.consecutive(0, 3));
        batch.dealt(7);
        backlog.refuse(batch);
        assertThat(backlog.droppedMessages()).isEqualTo(2);
        assertThat(backlog.droppedBytes()).isEqualTo(3);
    }

    @Test
    void keepsOnlyTheNewestMessageOfABatch() {
        backlog.appendNewest(batches.of("abc", "de", "f"));
        assertThat(backlog.droppedMessages()).isEqualTo(2);
        assertThat(backlog.droppedBytes()).isEqualTo(5);
        assertThat(backlog.heldMessages()).isEqualTo(1);
        assertThat(backlog.heldBytes()).isEqualTo(MessageBatch.OVERHEAD_BYTES + 5);
        assertThat(takeAll()).containsExactly("f");
    }

    @Test
    void theNewestOfASingleMessageIsThatMessageItself() {
        MessageBatch single = batches.of("only");
        backlog.appendNewest(single);
        assertThat(backlog.peek()).isSameAs(single);
        assertThat(backlog.droppedMessages()).isZero();
    }

    @Test
    void messagesThatWereDealtOutAreNotCountedAsDroppedForTheNewest() {
        MessageBatch batch = batches.of("abc", "de", "f", "gh").arrivedAs(Arrivals.consecutive(0, 4));
        batch.dealt(7);
        batch.dealt(6);
        backlog.appendNewest(batch);
        assertThat(backlog.droppedMessages()).isEqualTo(1);
        assertThat(backlog.droppedBytes()).isEqualTo(1);
        assertThat(backlog.heldMessages()).isEqualTo(1);
        assertThat(takeAll()).containsExactly("gh");
    }

    // ---------------------------------------------------------------- merging

    @Test
    void putsSmallBatchesTogetherAndCostsLessForIt() {
        for (int i = 0; i < MERGE_WHEN - 1; i++) {
            backlog.append(batches.numbered(i, 1));
        }
        assertThat(backlog.waitingBatches()).isEqualTo(MERGE_WHEN - 1);
        long before = backlog.heldBytes();
        backlog.append(batches.numbered(MERGE_WHEN - 1, 1));
        assertThat(backlog.waitingBatches()).isEqualTo(1);
        assertThat(backlog.heldMessages()).isEqualTo(MERGE_WHEN);
        assertThat(backlog.heldBytes())
                .isLessThan(before / 10)
                .isEqualTo(batches.memory().bytes());
        assertThat(Batches.numbers(takeAll())).isEqualTo(upTo(MERGE_WHEN));
    }

    @Test
    void aSubscriberThatStaysAwayWhileTinyMessagesTrickleInCostsLittleMoreThanThey() {
        int messages = 10_000;
        for (int i = 0; i < messages; i++) {
            backlog.append(batches.numbered(i, 1));
        }
        // 4 bytes of payload and 4 of header each; alone, each would cost 264.
        assertThat(backlog.heldBytes()).isLessThan(messages * 12L);
        assertThat(backlog.heldMessages()).isEqualTo(messages);
        assertThat(Batches.numbers(takeAll())).isEqualTo(upTo(messages));
    }

    @Test
    void leavesABatchAloneThatIsNotSmall() {
        for (int i = 0; i < MERGE_WHEN - 1; i++) {
            backlog.append(batches.of("before-" + i));
        }
        backlog.append(batches.large("large", 5_000));
        for (int i = 0; i < MERGE_WHEN - 1; i++) {
            backlog.append(batches.of("after-" + i));
        }
        assertThat(backlog.waitingBatches()).isEqualTo(2 * MERGE_WHEN - 1);
        backlog.append(batches.of("last"));
        assertThat(backlog.waitingBatches()).isEqualTo(MERGE_WHEN + 1);
        List<String> taken = takeAll();
        assertThat(taken).hasSize(2 * MERGE_WHEN);
        assertThat(taken.get(MERGE_WHEN - 1)).isEqualTo("large");
        assertThat(taken.get(MERGE_WHEN)).isEqualTo("after-0");
        assertThat(taken.get(2 * MERGE_WHEN - 1)).isEqualTo("last");
    }

    @Test
    void putsOnlyThoseTogetherThatArrivedWithinTheSpan() {
        backlog.setMergeSpanNs(100);
        for (int i = 0; i < MERGE_WHEN; i++) {
            // The last eleven lie within 100 of the newest.
            backlog.append(batches.arrivingAt(i * 10L).numbered(i, 1));
        }
        assertThat(backlog.waitingBatches()).isEqualTo(MERGE_WHEN - 11 + 1);
        assertThat(Batches.numbers(takeAll())).isEqualTo(upTo(MERGE_WHEN));
    }

    @Test
    void theSpanHoldsWhenTheClockOverflows() {
        backlog.setMergeSpanNs(1_000);
        for (int i = 0; i < MERGE_WHEN; i++) {
            backlog.append(batches.arrivingAt(Long.MAX_VALUE - 16 + i).numbered(i, 1));
        }
        assertThat(backlog.waitingBatches()).isEqualTo(1);
    }

    @Test
    void aMergedBatchIsAsOldAsItsOldest() {
        for (int i = 0; i < MERGE_WHEN; i++) {
            backlog.append(batches.arrivingAt(1000 + i).numbered(i, 1));
        }
        assertThat(Objects.requireNonNull(backlog.peek()).arrivedNs()).isEqualTo(1000);
    }

    @Test
    void keepsTheArrivalsOfWhatItPutsTogether() {
        for (int i = 0; i < MERGE_WHEN; i++) {
            backlog.append(batches.numbered(3L * i, 2).arrivedAs(Arrivals.consecutive(3L * i, 2)));
        }
        assertThat(backlog.waitingBatches()).isEqualTo(1);
        MessageBatch merged = Objects.requireNonNull(backlog.peek());
        List<Long> payloads = Batches.numbers(Batches.payloads(merged));
        for (int i = 0; i < merged.messages(); i++) {
            assertThat(merged.arrivals().get(i)).isEqualTo(payloads.get(i));
        }
    }

    @Test
    void leavesBatchesApartWhoseArrivalsAreNotInOrder() {
        for (int i = 0; i < MERGE_WHEN - 1; i++) {
            backlog.append(batches.numbered(100 + i, 1).arrivedAs(Arrivals.consecutive(100 + i, 1)));
        }
        backlog.append(batches.numbered(7, 1).arrivedAs(Arrivals.consecutive(7, 1)));
        assertThat(backlog.waitingBatches()).isEqualTo(MERGE_WHEN);
    }

    @Test
    void leavesABatchAloneThatIsPartlyDealtOut() {
        MessageBatch dealt = batches.of("gone", "a").arrivedAs(Arrivals.consecutive(0, 2));
        dealt.dealt(8);
        backlog.append(dealt);
        assertThat(backlog.heldMessages()).isEqualTo(1);
        for (int i = 0; i < 2 * MERGE_WHEN; i++) {
            backlog.append(batches.of("later").arrivedAs(Arrivals.consecutive(2 + i, 1)));
        }
        assertThat(backlog.peek()).isSameAs(dealt);
        assertThat(backlog.heldMessages()).isEqualTo(1 + 2 * MERGE_WHEN);
        Objects.requireNonNull(backlog.poll()).release();
        backlog.settle(dealt.costBytes(), 1);
    }

    @Test
    void batchesThatOthersShareArePutTogetherWithoutHarmToThem() {
        List<MessageBatch> shared = new ArrayList<>();
        for (int i = 0; i < MERGE_WHEN; i++) {
            MessageBatch batch = batches.numbered(i, 1);
            batch.retain();
            shared.add(batch);
            backlog.append(batch);
        }
        assertThat(backlog.waitingBatches()).isEqualTo(1);
        assertThat(Batches.numbers(Batches.payloads(shared))).isEqualTo(upTo(MERGE_WHEN));
        shared.forEach(MessageBatch::release);
        assertThat(Batches.numbers(takeAll())).isEqualTo(upTo(MERGE_WHEN));
    }

    // ---------------------------------------------------------------- against a plain model

    @Test
    void withoutMemoryForACopyOfTheNewestTheOlderOnesWaitToo() {
        ScarceAllocator allocator = new ScarceAllocator();
        MessageBatch batch = batches.in(allocator, batches.of("1", "2"));
        allocator.leave(0);
        backlog.appendNewest(batch);
        assertThat(backlog.heldMessages()).isEqualTo(2);
        assertThat(backlog.droppedMessages()).isZero();
    }

    @Test
    void behavesLikeAPlainListOfMessagesWhateverHappens() {
        Seed.check(300, this::compareWithModel);
    }

    private void compareWithModel(Random random) {
        Backlog compared = new Backlog(new BacklogBounds(Long.MAX_VALUE, Long.MAX_VALUE));
        Deque<String> waiting = new ArrayDeque<>();
        List<MessageBatch> taken = new ArrayList<>();
        long dropped = 0;
        long next = 0;
        int steps = 50 + random.nextInt(300);
        for (int step = 0; step < steps; step++) {
            int kind = random.nextInt(100);
            if (kind < 80) {
                int count = 1 + random.nextInt(random.nextInt(10) == 0 ? 2_000 : 4);
                MessageBatch batch = batches.numbered(next, count).arrivedAs(Arrivals.consecutive(next, count));
                Batches.payloads(batch).forEach(waiting::addLast);
                compared.append(batch);
                next += count;
            } else if (kind < 88) {
                MessageBatch batch = compared.poll();
                assertThat(batch == null).isEqualTo(waiting.isEmpty());
                if (batch != null) {
                    Batches.payloads(batch)
                            .forEach(payload -> assertThat(payload).isEqualTo(waiting.pollFirst()));
                    taken.add(batch);
                }
            } else if (kind < 92 && !taken.isEmpty()) {
                MessageBatch settled = taken.remove(random.nextInt(taken.size()));
                compared.settle(settled.costBytes(), settled.messages());
                settled.release();
            } else if (kind < 96) {
                MessageBatch oldest = compared.peek();
                if (compared.dropOldest()) {
                    int messages = Objects.requireNonNull(oldest).messages();
                    dropped += messages;
                    for (int i = 0; i < messages; i++) {
                        waiting.pollFirst();
                    }
                }
            } else if (kind < 98) {
                int count = 1 + random.nextInt(3);
                MessageBatch batch = batches.numbered(next, count).arrivedAs(Arrivals.consecutive(next, count));
                next += count;
                dropped += count - 1;
                waiting.addLast(Long.toString(next - 1));
                compared.appendNewest(batch);
            } else {
                dropped += waiting.size();
                waiting.clear();
                compared.dropAll();
            }
            long takenMessages =
                    taken.stream().mapToLong(MessageBatch::messages).sum();
            assertThat(compared.heldMessages()).isEqualTo(waiting.size() + takenMessages);
            assertThat(compared.heldBytes()).isEqualTo(batches.memory().bytes());
            assertThat(compared.droppedMessages()).isEqualTo(dropped);
            assertThat(compared.isEmpty()).isEqualTo(waiting.isEmpty());
        }
        List<String> rest = new ArrayList<>();
        MessageBatch batch;
        while ((batch = compared.poll()) != null) {
            List<String> payloads = Batches.payloads(batch);
            for (int i = 0; i < batch.messages(); i++) {
                assertThat(batch.arrivals().get(i)).isEqualTo(Long.valueOf(payloads.get(i)));
            }
            rest.addAll(payloads);
            batch.release();
        }
        assertThat(rest).containsExactlyElementsOf(waiting);
        taken.forEach(MessageBatch::release);
    }

    private List<String> takeAll() {
        List<String> payloads = new ArrayList<>();
        MessageBatch batch;
        while ((batch = backlog.poll()) != null) {
            payloads.addAll(Batches.payloads(batch));
            backlog.settle(batch.costBytes(), batch.messages());
            batch.release();
        }
        assertThat(backlog.heldBytes()).isZero();
        assertThat(backlog.heldMessages()).isZero();
        return payloads;
    }

    private static List<Long> upTo(long end) {
        return LongStream.range(0, end).boxed().toList();
    }
}

package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.Seed;
import io.sluice.broker.destination.Offer;
import io.sluice.broker.destination.OverflowPolicy;
import io.sluice.broker.message.Arrivals;
import io.sluice.broker.message.Backlog;
import io.sluice.broker.message.BacklogBounds;
import io.sluice.broker.message.Batches;
import io.sluice.broker.message.MessageBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every overflow policy keeps to, whatever it does with what does not fit. */
abstract class OverflowPolicyContract {
    final OverflowPolicy policy = policy();
    final Batches batches = new Batches();
    final List<Backlog> backlogs = new ArrayList<>();

    abstract OverflowPolicy policy();

    @AfterEach
    void nothingIsHeld() {
        backlogs.forEach(Backlog::dropAll);
        batches.assertNothingHeld();
    }

    @Test
    final void isFoundByItsName() {
        assertThat(OverflowPolicies.named(policy.configName())).hasSameClassAs(policy);
        assertThat(policy.configName()).matches("[a-z]+(-[a-z]+)*");
    }

    @Test
    final void holdsEverythingWhileThereIsRoom() {
        Backlog backlog = backlog(1_000_000, 1_000);
        for (int i = 0; i < 50; i++) {
            assertThat(policy.offer(backlog, batches.numbered(3L * i, 3))).isEqualTo(Offer.ACCEPTED);
        }
        assertThat(backlog.heldMessages()).isEqualTo(150);
        assertThat(backlog.droppedMessages()).isZero();
        assertThat(Batches.numbers(payloads(backlog))).isSorted().hasSize(150);
    }

    @Test
    final void oneMessageLargerThanTheBoundPassesWhenNothingIsHeld() {
        Backlog backlog = backlog(100, 1_000);
        assertThat(policy.offer(backlog, batches.large("large", 50_000))).isIn(Offer.ACCEPTED, Offer.PUSHED_BACK);
        assertThat(backlog.heldMessages()).isEqualTo(1);
        assertThat(payloads(backlog)).containsExactly("large");
    }

    @Test
    final void whatIsOnItsWayToTheSocketIsLeftAlone() {
        Backlog backlog = backlog(Long.MAX_VALUE, 2);
        policy.offer(backlog, batches.numbered(0, 2));
        MessageBatch onItsWay = backlog.poll();
        policy.offer(backlog, batches.numbered(2, 1));
        assertThat(onItsWay.refCnt()).isPositive();
        assertThat(Batches.payloads(onItsWay)).containsExactly("0", "1");
        backlog.settle(onItsWay.costBytes(), onItsWay.messages());
        onItsWay.release();
    }

    @Test
    final void takesTheReferenceInAnyCaseAndCountsExactlyWhatItDrops() {
        Seed.check(200, random -> {
            Backlog backlog =
                    backlog(random.nextBoolean() ? Long.MAX_VALUE : 1 + random.nextInt(5_000), 1 + random.nextInt(20));
            List<MessageBatch> taken = new ArrayList<>();
            long offered = 0;
            long settledMessages = 0;
            for (int step = 0; step < 100; step++) {
                int count = 1 + random.nextInt(5);
                backlog.setBlocked(random.nextInt(4) == 0);
                assertAnswer(backlog, random, offered, count);
                offered += count;
                if (random.nextInt(3) == 0 && !backlog.isEmpty()) {
                    taken.add(backlog.poll());
                }
                if (random.nextInt(3) == 0 && !taken.isEmpty()) {
                    MessageBatch settled = taken.remove(random.nextInt(taken.size()));
                    backlog.settle(settled.costBytes(), settled.messages());
                    settledMessages += settled.messages();
                    settled.release();
                }
                assertThat(backlog.heldMessages() + backlog.droppedMessages() + settledMessages)
                        .isEqualTo(offered);
            }
            for (MessageBatch batch : taken) {
                backlog.settle(batch.costBytes(), batch.messages());
                batch.release();
            }
            assertThat(Batches.numbers(payloads(backlog))).isSorted().doesNotHaveDuplicates();
        });
    }

    private void assertAnswer(Backlog backlog, Random random, long first, int count) {
        long droppedBefore = backlog.droppedMessages();
        MessageBatch batch = random.nextInt(5) == 0
                ? batches.of(LongStream.range(first, first + count)
                        .mapToObj(number -> number + " ".repeat(500))
                        .toList())
                : batches.numbered(first, count);
        Offer answer = policy.offer(backlog, batch);
        boolean dropped = backlog.droppedMessages() > droppedBefore;
        switch (answer) {
            case ACCEPTED ->
                assertThat(dropped).as("accepted, and something was dropped").isFalse();
            case DROPPED -> assertThat(dropped).as("dropped, and nothing was").isTrue();
            case PUSHED_BACK -> {
                assertThat(policy.pushesBack()).isTrue();
                assertThat(backlog.isFull()).isTrue();
                assertThat(dropped).isFalse();
            }
            case CLOSED -> assertThat(policy.closesInsteadOfDropping()).isTrue();
        }
    }

    @Test
    final void comesWithinABoundThatWasLoweredOrDropsNothing() {
        Backlog backlog = backlog(Long.MAX_VALUE, 100);
        for (int i = 0; i < 30; i++) {
            // Large enough that none is merged with the next.
            policy.offer(backlog, batches.large(Integer.toString(i), 5_000));
        }
        MessageBatch onItsWay = backlog.poll();
        backlog.setBounds(new BacklogBounds(Long.MAX_VALUE, 100));
        policy.shrink(backlog);
        assertThat(backlog.droppedMessages()).as("nothing was lowered").isZero();

        backlog.setBounds(new BacklogBounds(Long.MAX_VALUE, 10));
        policy.shrink(backlog);

        assertThat(backlog.heldMessages() + backlog.droppedMessages()).isEqualTo(30);
        assertThat(backlog.heldMessages()).isIn(10L, 30L);
        assertThat(backlog.heldMessages() == 30)
                .as("keeps what is queued")
                .isEqualTo(policy.pushesBack() || policy.closesInsteadOfDropping());
        backlog.settle(onItsWay.costBytes(), onItsWay.messages());
        onItsWay.release();
        assertThat(Batches.numbers(payloads(backlog))).isSorted().doesNotHaveDuplicates();
    }

    @Test
    final void hasRoomAgainWhenWhatIsHeldIsGone() {
        Backlog backlog = backlog(Long.MAX_VALUE, 3);
        for (int i = 0; i < 5; i++) {
            policy.offer(backlog, batches.numbered(3L * i, 3));
        }
        backlog.dropAll();
        long dropped = backlog.droppedMessages();
        assertThat(policy.offer(backlog, batches.numbered(100, 1))).isEqualTo(Offer.ACCEPTED);
        assertThat(backlog.droppedMessages()).isEqualTo(dropped);
        assertThat(payloads(backlog)).containsExactly("100");
    }

    @Test
    final void takesABatchThatIsPartlyDealtOut() {
        for (int waiting = 0; waiting < 3; waiting++) {
            Backlog backlog = backlog(Long.MAX_VALUE, 2);
            backlog.setBlocked(true);
            for (int i = 0; i < waiting; i++) {
                policy.offer(backlog, batches.numbered(i, 1).arrivedAs(Arrivals.consecutive(i, 1)));
            }
            long before = backlog.heldMessages() + backlog.droppedMessages();
            MessageBatch batch = batches.numbered(10, 5).arrivedAs(Arrivals.consecutive(10, 5));
            batch.dealt(6);
            batch.dealt(6);
            policy.offer(backlog, batch);
            assertThat(backlog.heldMessages() + backlog.droppedMessages()).isEqualTo(before + 3);
        }
    }

    final Backlog backlog(long maxBytes, long maxMessages) {
        Backlog backlog = new Backlog(new BacklogBounds(maxBytes, maxMessages));
        backlogs.add(backlog);
        return backlog;
    }

    /** Of all that wait, which are gone then. */
    static List<String> payloads(Backlog backlog) {
        List<String> payloads = new ArrayList<>();
        MessageBatch batch;
        while ((batch = backlog.poll()) != null) {
            payloads.addAll(Batches.payloads(batch));
            backlog.settle(batch.costBytes(), batch.remainingMessages());
            batch.release();
        }
        return payloads;
    }
}

package io.sluice.broker.destination;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.Seed;
import io.sluice.broker.message.BacklogBounds;
import io.sluice.broker.message.Batches;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.metrics.DropReason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * A queue against a model so simple that it is right: a sorted set of the messages nobody has. Every step must assign the
 * smallest of them, each to one subscriber in the turn, until there are none or nobody has room.
 */
final class QueueModelTest {

    @Test
    void losesNothingDoublesNothingAndKeepsTheOrderWhateverHappens() {
        Seed.check(400, random -> new Run(random, "push-back").go());
    }

    @Test
    void countsExactlyWhatOtherPoliciesDrop() {
        Seed.check(150, random -> new Run(random, random.nextBoolean() ? "drop-newest" : "drop-oldest").go());
    }

    private static final class Run {
        private final Random random;
        private final boolean drops;
        private final BacklogBounds bounds;
        private final DestinationFixture fixture = new DestinationFixture();
        private final QueueDestination queue;
        private final List<String> resumed = new ArrayList<>();
        private final List<RecordingPublisher> publishers = new ArrayList<>();

        /** In the turn, or full. */
        private final List<WindowSubscriber> present = new ArrayList<>();
        /** Left or stalled with messages it has not given back. */
        private final List<WindowSubscriber> leaving = new ArrayList<>();
        /** Stalled, and gave everything back. */
        private final List<WindowSubscriber> stalled = new ArrayList<>();

        private final TreeSet<Long> unassigned = new TreeSet<>();
        private final Map<WindowSubscriber, Integer> seen = new LinkedHashMap<>();
        private final Set<Long> delivered = new HashSet<>();
        private long published;
        private long returned;
        private long purged;
        private long overflowed;
        private int names;

        Run(Random random, String policy) {
            this.random = random;
            this.drops = !policy.equals("push-back");
            this.bounds = new BacklogBounds(
                    random.nextBoolean() ? Long.MAX_VALUE : 500 + random.nextInt(20_000), 1 + random.nextInt(200));
            this.queue = fixture.queue(bounds, policy);
            for (int i = 0; i < 3; i++) {
                publishers.add(new RecordingPublisher("p" + i, resumed));
            }
        }

        void go() {
            int steps = 30 + random.nextInt(150);
            for (int step = 0; step < steps; step++) {
                step();
                check();
            }
            end();
        }

        private void step() {
            fixture.clock.advanceMs(random.nextInt(100));
            switch (random.nextInt(13)) {
                case 0 -> subscribe();
                case 1 -> leave();
                case 2, 3 -> giveBack();
                case 4 -> rejoin();
                case 5, 6, 7 -> read();
                case 8 -> sometimesPurge();
                case 9 -> fixture.tick(queue);
                default -> publish();
            }
        }

        private void subscribe() {
            if (present.size() + leaving.size() + stalled.size() >= 6) {
                return;
            }
            String name = "s" + names++;
            WindowSubscriber subscriber = random.nextInt(4) == 0
                    ? WindowSubscriber.unlimited(name)
                    : WindowSubscriber.of(name, 300 + random.nextInt(5_000), 1 + random.nextInt(20));
            seen.put(subscriber, 0);
            present.add(subscriber);
            assertThat(queue.subscribe(subscriber)).isTrue();
        }

        private void publish() {
            int count = 1 + random.nextInt(random.nextInt(5) == 0 ? 100 : 5);
            for (long number = published; number < published + count; number++) {
                unassigned.add(number);
            }
            MessageBatch batch = fixture.numbered(published, count);
            published += count;
            RecordingPublisher publisher = publishers.get(random.nextInt(publishers.size()));
            boolean wasPaused = publisher.isPaused();
            Offer offer = queue.publish(batch, publisher);
            if (drops) {
                assertThat(offer).isIn(Offer.ACCEPTED, Offer.DROPPED);
            } else {
                assertThat(offer).isIn(Offer.ACCEPTED, Offer.PUSHED_BACK);
                assertThat(publisher.isPaused()).isEqualTo(wasPaused || offer == Offer.PUSHED_BACK);
            }
        }

        private void leave() {
            WindowSubscriber subscriber = takeOne(present);
            if (subscriber != null) {
                queue.leave(subscriber);
                leaving.add(subscriber);
            }
        }

        /** For good, or because it stalled; some of its oldest messages may have been sent meanwhile. */
        private void giveBack() {
            WindowSubscriber subscriber = takeOne(leaving);
            if (subscriber == null) {
                return;
            }
            for (int sent = random.nextInt(3); sent > 0 && subscriber.heldMessages() > 0; sent--) {
                deliver(subscriber.takeOldest());
            }
            List<MessageBatch> unsent = subscriber.takeAll();
            if (!unsent.isEmpty() && unsent.get(0).messages() > 1 && random.nextBoolean()) {
                unsent.set(0, cut(unsent.get(0)));
            }
            for (MessageBatch batch : unsent) {
                List<Long> numbers = Batches.numbers(Batches.payloads(batch));
                unassigned.addAll(numbers);
                returned += numbers.size();
            }
            queue.giveBack(unsent);
            if (random.nextBoolean()) {
                stalled.add(subscriber);
            } else {
                queue.gone(subscriber);
                seen.remove(subscriber);
            }
        }

        /** The first messages of a batch were sent, the others return. */
        private MessageBatch cut(MessageBatch batch) {
            int sent = 1 + random.nextInt(batch.messages() - 1);
            MessageBatch rest = batch.copy(sent, batch.messages());
            deliver(batch.copy(0, sent));
            batch.release();
            return rest;
        }

        private void rejoin() {
            WindowSubscriber subscriber = takeOne(stalled);
            if (subscriber != null) {
                present.add(subscriber);
                queue.rejoin(subscriber);
            }
        }

        private void read() {
            if (present.isEmpty()) {
                return;
            }
            WindowSubscriber subscriber = present.get(random.nextInt(present.size()));
            for (int reads = 1 + random.nextInt(4); reads > 0 && subscriber.heldMessages() > 0; reads--) {
                deliver(subscriber.takeOldest());
            }
            if (subscriber.takeRoomNotice()) {
                queue.onRoom(subscriber);
            }
        }

        private void deliver(MessageBatch batch) {
            for (long number : Batches.numbers(Batches.payloads(batch))) {
                assertThat(delivered.add(number))
                        .as("delivered once: %d", number)
                        .isTrue();
            }
            batch.release();
        }

        private void sometimesPurge() {
            if (random.nextInt(4) != 0) {
                return;
            }
            assertThat(queue.purge(DropReason.PURGED)).isEqualTo(unassigned.size());
            purged += unassigned.size();
            unassigned.clear();
            assertThat(publishers).noneMatch(RecordingPublisher::isPaused);
        }

        // ---------------------------------------------------------------- what must hold after each step

        private void check() {
            takeAssigned();
            takeOverflowed();
            DestinationSnapshot snapshot = queue.snapshot();
            assertThat(snapshot.waitingMessages()).isEqualTo(unassigned.size());
            assertThat(snapshot.subscribers()).isEqualTo(present.size() + leaving.size() + stalled.size());
            if (!unassigned.isEmpty()) {
                assertThat(present)
                        .as("nobody has room while %s wait", unassigned)
                        .allMatch(WindowSubscriber::isFull);
            } else {
                assertThat(snapshot.waitingBytes()).isZero();
                assertThat(publishers).as("nothing waits").noneMatch(RecordingPublisher::isPaused);
            }
            assertThat(snapshot.waitingPublishers()).isEqualTo((int)
                    publishers.stream().filter(RecordingPublisher::isPaused).count());
            assertThat(fixture.counters.totals().messagesReturned()).isEqualTo(returned);
            assertThat(fixture.dropped(DropReason.PURGED)).isEqualTo(purged);
            assertThat(fixture.dropped(DropReason.OVERFLOW)).isEqualTo(overflowed);
            if (!drops) {
                assertThat(overflowed).isZero();
            }
        }

        /** What was assigned in this step are the smallest numbers there were, in ascending order at each subscriber. */
        private void takeAssigned() {
            List<Long> assigned = new ArrayList<>();
            for (Map.Entry<WindowSubscriber, Integer> entry : seen.entrySet()) {
                WindowSubscriber subscriber = entry.getKey();
                List<Long> all = subscriber.offeredNumbers();
                List<Long> now = all.subList(entry.getValue(), all.size());
                assertThat(now).as("assigned to %s in one step", subscriber).isSorted();
                if (!present.contains(subscriber)) {
                    assertThat(now).as("assigned to %s, which left", subscriber).isEmpty();
                }
                entry.setValue(all.size());
                assigned.addAll(now);
            }
            assigned.sort(null);
            for (long number : assigned) {
                assertThat(unassigned.pollFirst()).as("assigned %s", assigned).isEqualTo(number);
            }
        }

        /** Under the dropping policies, what is gone is the newest or the oldest that never was assigned. */
        private void takeOverflowed() {
            long now = fixture.dropped(DropReason.OVERFLOW) - overflowed;
            overflowed += now;
            if (now == 0) {
                return;
            }
            Set<Long> waiting = new TreeSet<>();
            WindowSubscriber probe = WindowSubscriber.unlimited("probe");
            queue.subscribe(probe);
            waiting.addAll(probe.offeredNumbers());
            assertThat(waiting).hasSize(unassigned.size() - (int) now);
            assertThat(unassigned).containsAll(waiting);
            unassigned.removeIf(number -> !waiting.contains(number));
            // Given back, everything is as it was, but for having been returned.
            queue.leave(probe);
            queue.giveBack(probe.takeAll());
            returned += waiting.size();
            queue.gone(probe);
        }

        private void end() {
            WindowSubscriber last = WindowSubscriber.unlimited("last");
            seen.put(last, 0);
            while (!leaving.isEmpty()) {
                giveBack();
                check();
            }
            for (WindowSubscriber subscriber : List.copyOf(present)) {
                queue.leave(subscriber);
                subscriber.takeAll().forEach(this::deliver);
                queue.gone(subscriber);
                present.remove(subscriber);
                check();
            }
            while (!stalled.isEmpty()) {
                queue.gone(stalled.remove(0));
            }
            seen.keySet().removeIf(subscriber -> subscriber != last);
            present.add(last);
            queue.subscribe(last);
            check();
            last.takeAll().forEach(this::deliver);
            assertThat(delivered.size() + purged + overflowed).isEqualTo(published);
            assertThat(publishers).noneMatch(RecordingPublisher::isPaused);
            fixture.assertNothingHeld(queue);
        }

        private <T> T takeOne(List<T> list) {
            return list.isEmpty() ? null : list.remove(random.nextInt(list.size()));
        }
    }
}

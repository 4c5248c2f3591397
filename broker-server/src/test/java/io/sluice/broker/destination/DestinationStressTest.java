package io.sluice.broker.destination;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.Seed;
import io.sluice.broker.message.BacklogBounds;
import io.sluice.broker.message.Batches;
import io.sluice.broker.message.MessageBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Several publishers, and subscribers that come and go, each on a thread of its own. */
final class DestinationStressTest {
    private static final int PUBLISHERS = 3;
    private static final int JOINERS = 3;
    private static final long GIVE_UP_SECONDS = 120;

    /** Messages of publisher p are numbered from p × this on. */
    private static final long STRIDE = 1_000_000_000L;

    private final DestinationFixture fixture = new DestinationFixture();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @Test
    void aQueueGivesEachMessageToExactlyOneThoughSubscribersComeAndGo() throws Exception {
        long seed = Seed.next();
        int messagesEach = 8_000;
        QueueDestination queue = fixture.queue(new BacklogBounds(Long.MAX_VALUE, 300), "push-back");
        Map<Long, Boolean> delivered = new ConcurrentHashMap<>();
        AtomicInteger deliveries = new AtomicInteger();
        int expected = PUBLISHERS * messagesEach;
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            tasks.add(publishing(queue, i, messagesEach, new Random(seed + i)));
        }
        for (int i = 0; i < JOINERS; i++) {
            Random random = new Random(seed + 100 + i);
            tasks.add(() -> {
                while (deliveries.get() < expected) {
                    comeAndGo(queue, random, batch -> {
                        for (long number : Batches.numbers(Batches.payloads(batch))) {
                            assertThat(delivered.put(number, true))
                                    .as("delivered once: %d", number)
                                    .isNull();
                            deliveries.incrementAndGet();
                        }
                    });
                }
                return null;
            });
        }
        runAll(tasks);
        assertThat(delivered).hasSize(expected);
        assertThat(queue.snapshot().waitingPublishers()).isZero();
        assertThat(queue.snapshot().subscribers()).isZero();
        assertThat(fixture.counters.totals().messagesReturned())
                .as("messages came back, or this showed little")
                .isPositive();
        assertThat(fixture.counters.totals().pushBacks()).isPositive();
        fixture.assertNothingHeld(queue);
    }

    @Test
    void aTopicShowsAllSubscribersOneCommonOrderThoughTheyComeAndGo() throws Exception {
        long seed = Seed.next();
        int messagesEach = 15_000;
        TopicDestination topic = fixture.topic();
        Recorder stays = new Recorder();
        topic.subscribe(stays);
        AtomicBoolean published = new AtomicBoolean();
        List<List<Long>> records = new ArrayList<>();
        List<Callable<Void>> tasks = new ArrayList<>();
        AtomicInteger publishing = new AtomicInteger(PUBLISHERS);
        for (int i = 0; i < PUBLISHERS; i++) {
            Callable<Void> publisher = publishing(topic, i, messagesEach, new Random(seed + i));
            tasks.add(() -> {
                publisher.call();
                published.compareAndSet(false, publishing.decrementAndGet() == 0);
                return null;
            });
        }
        for (int i = 0; i < JOINERS; i++) {
            Random random = new Random(seed + 100 + i);
            tasks.add(() -> {
                while (!published.get()) {
                    Recorder joiner = new Recorder();
                    assertThat(topic.subscribe(joiner)).isTrue();
                    joiner.awaitAtLeast(random.nextInt(500), published);
                    topic.leave(joiner);
                    synchronized (records) {
                        records.add(joiner.numbers());
                    }
                }
                return null;
            });
        }
        runAll(tasks);
        List<Long> common = stays.numbers();
        assertThat(common).hasSize(PUBLISHERS * messagesEach);
        assertPublishersInOrder(common);
        Map<Long, Integer> positions = new HashMap<>();
        for (int i = 0; i < common.size(); i++) {
            positions.put(common.get(i), i);
        }
        assertThat(positions).hasSize(common.size());
        for (List<Long> record : records) {
            for (int i = 1; i < record.size(); i++) {
                assertThat(positions.get(record.get(i)))
                        .as("the position of what follows %d", record.get(i - 1))
                        .isEqualTo(positions.get(record.get(i - 1)) + 1);
            }
        }
        assertThat(records.stream().filter(record -> record.size() > 1).count())
                .as("subscriptions that saw something")
                .isPositive();
        fixture.assertNothingHeld(topic);
    }

    private static void assertPublishersInOrder(List<Long> numbers) {
        long[] next = new long[PUBLISHERS];
        for (long number : numbers) {
            int publisher = (int) (number / STRIDE);
            assertThat(number % STRIDE).as("next of publisher %d", publisher).isEqualTo(next[publisher]);
            next[publisher]++;
        }
    }

    private Callable<Void> publishing(Destination destination, int number, int messages, Random random) {
        return () -> {
            WaitingPublisher publisher = new WaitingPublisher("p" + number);
            int sent = 0;
            while (sent < messages) {
                publisher.awaitAllowed();
                int count = Math.min(messages - sent, 1 + random.nextInt(random.nextInt(4) == 0 ? 50 : 3));
                MessageBatch batch = fixture.batches.numbered(number * STRIDE + sent, count);
                assertThat(destination.publish(batch, publisher)).isIn(Offer.ACCEPTED, Offer.PUSHED_BACK);
                sent += count;
            }
            publisher.awaitAllowed();
            return null;
        };
    }

    /** Subscribes, reads for a while, perhaps stalls and comes back, and leaves in the middle. */
    private static void comeAndGo(QueueDestination queue, Random random, Reading reading) throws InterruptedException {
        SharedWindow window = new SharedWindow(1 + random.nextInt(60));
        assertThat(queue.subscribe(window)).isTrue();
        read(queue, window, random.nextInt(40), reading);
        if (random.nextInt(3) == 0) {
            queue.leave(window);
            queue.giveBack(window.takeAll());
            queue.rejoin(window);
            read(queue, window, random.nextInt(40), reading);
        }
        queue.leave(window);
        List<MessageBatch> unsent = window.takeAll();
        if (!unsent.isEmpty() && unsent.get(0).messages() > 1) {
            MessageBatch cut = unsent.get(0);
            MessageBatch sent = cut.copy(0, 1);
            reading.read(sent);
            sent.release();
            unsent.set(0, cut.copy(1, cut.messages()));
            cut.release();
        }
        queue.giveBack(unsent);
        queue.gone(window);
    }

    private static void read(QueueDestination queue, SharedWindow window, int batches, Reading reading)
            throws InterruptedException {
        for (int i = 0; i < batches; i++) {
            MessageBatch batch = window.takeOldest();
            if (batch != null) {
                reading.read(batch);
                batch.release();
            }
            if (window.takeRoomNotice()) {
                queue.onRoom(window);
            }
        }
    }

    private void runAll(List<Callable<Void>> tasks) throws InterruptedException, ExecutionException, TimeoutException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(GIVE_UP_SECONDS);
        List<Future<Void>> futures = new ArrayList<>();
        for (Callable<Void> task : tasks) {
            futures.add(threads.submit(task));
        }
        try {
            for (Future<Void> future : futures) {
                future.get(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private interface Reading {
        void read(MessageBatch batch);
    }

    /** A publisher whose thread waits while it is paused. */
    private static final class WaitingPublisher implements Publisher {
        private final String name;
        private int pauses;

        WaitingPublisher(String name) {
            this.name = name;
        }

        @Override
        public synchronized void pause() {
            pauses++;
        }

        @Override
        public synchronized void resume() {
            pauses--;
            notifyAll();
        }

        synchronized void awaitAllowed() throws InterruptedException {
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(GIVE_UP_SECONDS);
            while (pauses > 0) {
                assertThat(System.nanoTime() - deadlineNs)
                        .as("%s waits to be resumed", name)
                        .isNegative();
                wait(1000);
            }
        }

        @Override
        public String describe() {
            return name;
        }
    }

    /** A subscriber with a window of so many messages, read by another thread than those that offer. */
    private static final class SharedWindow implements Subscriber {
        private final int maxMessages;
        private final BlockingQueue<MessageBatch> held = new LinkedBlockingQueue<>();
        private long heldMessages;
        private boolean roomAwaited;

        SharedWindow(int maxMessages) {
            this.maxMessages = maxMessages;
        }

        @Override
        public synchronized Offer offer(MessageBatch batch) {
            held.add(batch);
            heldMessages += batch.messages();
            return Offer.ACCEPTED;
        }

        /** Null when there is none within a moment. */
        MessageBatch takeOldest() throws InterruptedException {
            MessageBatch oldest = held.poll(1, TimeUnit.MILLISECONDS);
            settle(oldest == null ? 0 : oldest.messages());
            return oldest;
        }

        List<MessageBatch> takeAll() {
            List<MessageBatch> all = new ArrayList<>();
            held.drainTo(all);
            settle(all.stream().mapToLong(MessageBatch::messages).sum());
            return all;
        }

        private synchronized void settle(long messages) {
            heldMessages -= messages;
        }

        synchronized boolean takeRoomNotice() {
            boolean tell = roomAwaited && heldMessages < maxMessages;
            roomAwaited &= !tell;
            return tell;
        }

        @Override
        public long roomBytes() {
            return Long.MAX_VALUE;
        }

        @Override
        public synchronized long roomMessages() {
            return maxMessages - heldMessages;
        }

        @Override
        public synchronized boolean awaitRoom() {
            roomAwaited = heldMessages >= maxMessages;
            return roomAwaited;
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
            return "window of " + maxMessages;
        }
    }

    /** Notes everything it is offered and lets go of it at once. */
    private static final class Recorder implements Subscriber {
        private final List<Long> numbers = new ArrayList<>();

        @Override
        public synchronized Offer offer(MessageBatch batch) {
            numbers.addAll(Batches.numbers(Batches.payloads(batch)));
            batch.release();
            notifyAll();
            return Offer.ACCEPTED;
        }

        synchronized void awaitAtLeast(int count, AtomicBoolean orUntil) throws InterruptedException {
            while (numbers.size() < count && !orUntil.get()) {
                wait(10);
            }
        }

        synchronized List<Long> numbers() {
            return List.copyOf(numbers);
        }

        @Override
        public long roomBytes() {
            return Long.MAX_VALUE;
        }

        @Override
        public long roomMessages() {
            return Long.MAX_VALUE;
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
            return "recorder";
        }
    }
}

package plainsocket;

import static plainsocket.Numbers.KIB;
import static plainsocket.Numbers.MIB;
import static plainsocket.Numbers.SMALL;
import static plainsocket.Numbers.numberOf;
import static plainsocket.PlainClient.frame;
import static plainsocket.PlainClient.join;
import static plainsocket.PlainClient.utf8;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Checks that take long: slow subscribers, full queues, stalled frames. */
final class SlowChecks {
    private static final int FRAME_TIMEOUT_SECONDS = 30;

    private SlowChecks() {}

    static List<Check> all() {
        return List.of(
                Check.slow("frame-stalled", SlowChecks::frameStalled).waiting(),
                Check.slow("slow-topic-subscriber", SlowChecks::slowTopicSubscriber),
                // A quarter of 256 MiB at least: what counts is the memory kept alive, not the payload alone.
                Check.slow("push-back-bytes", t -> pushBack(t, 16 * KIB, 64 * 64, 400 * 64)),
                // The kernel's buffers hold another million of these at most.
                Check.slow("push-back-count", t -> pushBack(t, SMALL, 250_000, 2_500_000)));
    }

    /** A frame that does not advance for 30 s closes its connection; one that does, and a pause between two, do not. */
    private static void frameStalled(Trial t) throws Exception {
        String topic = t.topic("t");
        PlainClient listener = t.subscriber(topic);
        byte[] destination = frame(utf8(topic));
        byte[] payload = frame(Numbers.message(1, SMALL));
        List<Future<Double>> stalled = new ArrayList<>();
        for (byte[] begun : List.of(
                new byte[1],
                Arrays.copyOf(destination, 3),
                Arrays.copyOf(destination, destination.length - 1),
                join(destination, Arrays.copyOf(payload, 1)),
                join(destination, Arrays.copyOf(payload, 4)),
                join(destination, Arrays.copyOf(payload, 6)))) {
            stalled.add(t.beside(() -> {
                PlainClient client = t.sender();
                client.send(begun);
                long startNs = System.nanoTime();
                t.expectClosed(client, "a frame that stalls after " + begun.length + " bytes", 45_000);
                return (System.nanoTime() - startNs) / 1e9;
            }));
        }
        Future<Integer> advancing = t.beside(() -> sendSlowly(t, destination, payload, 4_500));
        Future<Integer> pausing = t.beside(() -> sendSlowly(t, destination, new byte[] {0, 0, 0, 0}, 36_000));
        for (double seconds : Trial.results(stalled, 60)) {
            if (seconds < FRAME_TIMEOUT_SECONDS - 2) {
                throw new Failure("a stalled frame closed after 30 s", "closed after " + seconds + " s");
            }
        }
        Trial.results(List.of(advancing, pausing), 60);
        int bytes = listener.receive().length + listener.receive().length;
        Failure.unlessEqual("bytes of the two that were not stalled", SMALL, bytes);
        t.expectAlive(listener, topic, "nobody else disturbed");
    }

    /** Sends a destination, then the payload's frame: all at once after a pause, or a byte at a time. */
    private static Integer sendSlowly(Trial t, byte[] destination, byte[] payload, int pauseMs) throws Exception {
        PlainClient client = t.sender();
        client.send(destination);
        boolean whole = pauseMs > FRAME_TIMEOUT_SECONDS * 1000;
        for (int i = 0; i < payload.length; i += whole ? payload.length : 1) {
            try {
                client.receive(pauseMs);
            } catch (SocketTimeoutException e) {
                client.send(payload, i, whole ? payload.length : 1);
            }
        }
        t.settle(client);
        return payload.length;
    }

    /** Beside a subscriber that does not read, another gets everything; the slow one, later, whole frames in order. */
    private static void slowTopicSubscriber(Trial t) throws Exception {
        String topic = t.topic("t");
        int count = 200 * KIB;
        int step = 1024;
        // The publisher keeps 4 MiB ahead of the healthy one, which so never comes near its own bound.
        int ahead = 4 * step;
        PlainClient slow = t.subscriber(topic, 4 * KIB);
        PlainClient healthy = t.subscriber(topic);
        PlainClient sender = t.sender();
        for (int first = 0; first < count; first += step) {
            Numbers.publish(sender, topic, first, first + step, KIB);
            if (first >= ahead) {
                expectNext(healthy, first - ahead, first - ahead + step);
            }
        }
        expectNext(healthy, count - ahead, count);

        CountDownLatch pastTheGap = new CountDownLatch(1);
        Future<List<Integer>> reading = t.beside(() -> {
            List<Integer> numbers = new ArrayList<>();
            do {
                numbers.add(numberOf(slow.receive(30_000), KIB));
            } while (numbers.get(numbers.size() - 1) < count);
            pastTheGap.countDown();
            return numbers;
        });
        for (int number = count; number < count + 3000 && !pastTheGap.await(50, TimeUnit.MILLISECONDS); number++) {
            Numbers.publish(sender, topic, number, number + 1, KIB);
            expectNext(healthy, number, number + 1);
        }
        List<Integer> numbers = Trial.result(reading);
        Failure.unlessAscending("the slow subscriber's messages", numbers);
        // 64 MiB are held for it; as much again is more than any kernel holds.
        if (numbers.size() > 128 * KIB) {
            throw new Failure("messages dropped above a bound of 64 MiB", numbers.size() / KIB + " MiB");
        }
    }

    private static void expectNext(PlainClient client, int first, int end) throws IOException, Failure {
        for (int number = first; number < end; number++) {
            Failure.unlessEqual("the healthy subscriber's message", number, numberOf(client.receive(), KIB));
        }
    }

    /** A publisher to a queue without listeners is pushed back, alone; then everything comes out, in order. */
    private static void pushBack(Trial t, int size, int least, int most) throws Exception {
        String queue = t.queue("q");
        List<String> others = List.of(t.topic("other"), t.queue("other"));
        List<PlainClient> subscribers = List.of(t.subscriber(others.get(0)), t.subscriber(others.get(1)));
        Flood flood = new Flood(t.sender(), queue, size);
        Future<Integer> flooding = t.beside(flood);
        flood.awaitPushBack(least, most);
        for (int i = 0; i < others.size(); i++) {
            t.publishSettled(others.get(i), 0, 1000, SMALL);
            List<Integer> came = Numbers.numbersOf(subscribers.get(i).receiveMany(1000), SMALL);
            Failure.unlessEqual("another destination goes on", Numbers.range(0, 1000), came);
        }
        flood.stop();
        PlainClient listener = t.subscriber(queue);
        int expected = 0;
        for (byte[] message = listener.receive(); !Numbers.isEnd(message); message = listener.receive()) {
            Failure.unlessEqual("next message", expected, numberOf(message, size));
            expected++;
        }
        Failure.unlessEqual("messages in all", Trial.result(flooding), expected);
    }

    /** Publishes as fast as the broker takes it; its writes block when it is pushed back. */
    private static final class Flood implements Callable<Integer> {
        private static final int PIECE_BYTES = 64 * KIB;

        private final PlainClient sender;
        private final String queue;
        private final int size;
        private final int step;
        private final AtomicBoolean stopped = new AtomicBoolean();

        // Written by the flood's thread.
        private final AtomicLong sentBytes = new AtomicLong();
        private final AtomicLong begun = new AtomicLong();

        Flood(PlainClient sender, String queue, int size) {
            this.sender = sender;
            this.queue = queue;
            this.size = size;
            this.step = MIB / (size + queue.length() + 8);
        }

        /** Publishes until stopped, then the end mark; returns how many were published. */
        @Override
        public Integer call() throws IOException {
            int count = 0;
            while (!stopped.get()) {
                byte[] pairs = Numbers.pairs(queue, count, count + step, size);
                count += step;
                begun.set(count);
                for (int offset = 0; offset < pairs.length; offset += PIECE_BYTES) {
                    int length = Math.min(PIECE_BYTES, pairs.length - offset);
                    sender.send(pairs, offset, length);
                    wakeUp(length);
                }
            }
            Numbers.publishEnd(sender, queue);
            return count;
        }

        private synchronized void wakeUp(int length) {
            sentBytes.addAndGet(length);
            notifyAll();
        }

        /** Waits until the least was taken, and then nothing for a second: a busy broker may not read for a second either. */
        synchronized void awaitPushBack(int least, int most) throws InterruptedException, Failure {
            long before;
            long giveUpNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            do {
                before = sentBytes.get();
                long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
                long leftNs = TimeUnit.SECONDS.toNanos(1);
                while (sentBytes.get() == before && leftNs > 0) {
                    TimeUnit.NANOSECONDS.timedWait(this, leftNs);
                    leftNs = deadlineNs - System.nanoTime();
                }
                if (begun.get() > most) {
                    throw new Failure("a publisher pushed back", begun + " messages of " + size + " bytes taken");
                }
            } while (sentBytes.get() != before || begun.get() < least && giveUpNs - System.nanoTime() > 0);
            if (begun.get() < least) {
                throw new Failure("at least " + least + " messages of " + size + " bytes taken", begun.toString());
            }
        }

        void stop() {
            stopped.set(true);
        }
    }
}

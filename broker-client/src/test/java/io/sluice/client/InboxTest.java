package io.sluice.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InboxTest {
    private static final long LONG_NS = TimeUnit.SECONDS.toNanos(20);

    private final AtomicInteger roomAgain = new AtomicInteger();
    private final Inbox inbox = new Inbox(4, 100, roomAgain::incrementAndGet);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void givesBackInOrderWhatWasAdded() throws Exception {
        add("one", "two", "three");

        assertThat(inbox.size()).isEqualTo(3);
        assertThat(inbox.poll().text()).isEqualTo("one");
        assertThat(inbox.take(LONG_NS).text()).isEqualTo("two");
        assertThat(inbox.take().join().text()).isEqualTo("three");
        assertThat(inbox.poll()).isNull();
    }

    @Test
    void isFullByMessagesAndTellsWhenHalfIsFree() {
        add("", "", "");
        assertThat(inbox.isFull()).isFalse();
        add("");
        assertThat(inbox.isFull()).isTrue();

        inbox.poll();
        assertThat(roomAgain).hasValue(0);
        inbox.poll();
        assertThat(roomAgain).hasValue(1);
        inbox.poll();
        assertThat(roomAgain).as("told once").hasValue(1);
    }

    @Test
    void isFullByBytesAndTellsWhenHalfIsFree() {
        add("x".repeat(49));
        add("x".repeat(50));
        assertThat(inbox.isFull()).isFalse();
        add("x");
        assertThat(inbox.isFull()).isTrue();

        inbox.poll();
        assertThat(roomAgain).hasValue(0);
        inbox.poll();
        assertThat(roomAgain).hasValue(1);
    }

    @Test
    void tellsNobodyWhoWasNotToldThatItIsFull() {
        add("", "", "", "");
        for (int i = 0; i < 4; i++) {
            inbox.poll();
        }
        assertThat(roomAgain).hasValue(0);
    }

    @Test
    void aBoundOfOneIsHalfFreeWhenEmpty() {
        Inbox one = new Inbox(1, 1, roomAgain::incrementAndGet);
        one.add(List.of(message("x")));
        assertThat(one.isFull()).isTrue();
        one.poll();
        assertThat(roomAgain).hasValue(1);
    }

    @Test
    void servesWhoHasWaitedLongest() {
        CompletableFuture<Message> first = inbox.take();
        CompletableFuture<Message> second = inbox.take();
        add("one");
        assertThat(first.join().text()).isEqualTo("one");
        assertThat(second).isNotDone();
        add("two");
        assertThat(second.join().text()).isEqualTo("two");
    }

    @Test
    void whoCancelsTakesNothing() {
        CompletableFuture<Message> first = inbox.take();
        CompletableFuture<Message> second = inbox.take();
        first.cancel(false);
        add("one");
        assertThat(second.join().text()).isEqualTo("one");

        CompletableFuture<Message> late = inbox.take().orTimeout(1, TimeUnit.MILLISECONDS);
        await().until(late::isDone);
        add("two");
        assertThat(inbox.poll().text()).isEqualTo("two");
    }

    @Test
    void whoTimesOutTakesNothing() {
        assertThatThrownBy(() -> inbox.take(TimeUnit.MILLISECONDS.toNanos(20)))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("20 ms");
        assertThatThrownBy(() -> inbox.take(0L)).isInstanceOf(TimeoutException.class);
        add("one");
        assertThat(inbox.poll().text()).isEqualTo("one");
    }

    @Test
    void whoIsInterruptedTakesNothing() throws Exception {
        Thread[] taking = new Thread[1];
        Future<?> taken = threads.submit(() -> {
            taking[0] = Thread.currentThread();
            assertThatThrownBy(() -> inbox.take(LONG_NS)).isInstanceOf(InterruptedException.class);
        });
        await().until(() -> taking[0] != null && taking[0].getState() == Thread.State.TIMED_WAITING);
        taking[0].interrupt();
        taken.get(20, TimeUnit.SECONDS);

        add("one");
        assertThat(inbox.poll().text()).isEqualTo("one");
    }

    @Test
    void forgetsWhoHasGone() {
        for (int i = 0; i < 1_000; i++) {
            inbox.take().cancel(false);
        }
        CompletableFuture<Message> taker = inbox.take();
        add("one");
        assertThat(taker).isCompleted();
        assertThat(inbox.size()).isZero();
    }

    @Test
    void endsAfterItsLastMessage() throws Exception {
        add("one", "two");
        inbox.end("the reason");
        inbox.add(List.of(message("too late")));

        assertThat(inbox.take(LONG_NS).text()).isEqualTo("one");
        assertThat(inbox.take().join().text()).isEqualTo("two");
        assertThat(inbox.poll()).isNull();
        assertThatThrownBy(() -> inbox.take(LONG_NS))
                .isInstanceOf(ClosedException.class)
                .hasMessage("the reason");
        assertThatThrownBy(() -> inbox.take().join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(ClosedException.class);
    }

    @Test
    void endsForThoseWhoWait() throws Exception {
        CompletableFuture<Message> future = inbox.take();
        Thread[] taking = new Thread[1];
        Future<?> thread = threads.submit(() -> {
            taking[0] = Thread.currentThread();
            assertThatThrownBy(() -> inbox.take(LONG_NS)).isInstanceOf(ClosedException.class);
        });
        await().until(() -> taking[0] != null && taking[0].getState() == Thread.State.TIMED_WAITING);
        inbox.end("the reason");
        inbox.end("another");

        thread.get(20, TimeUnit.SECONDS);
        assertThatThrownBy(future::join).hasRootCauseMessage("the reason");
    }

    @Test
    void discardsAndCounts() {
        add("one", "two");
        assertThat(inbox.discard()).isEqualTo(2);
        assertThat(inbox.poll()).isNull();
        assertThat(inbox.isFull()).isFalse();
    }

    @Test
    void whoIsGivenAMessageMayTakeTheNext() {
        List<String> taken = new ArrayList<>();
        takeEach(taken);
        add("one", "two", "three");
        assertThat(taken).containsExactly("one", "two", "three");
    }

    private void takeEach(List<String> taken) {
        var unused = inbox.take().thenAccept(message -> {
            taken.add(message.text());
            takeEach(taken);
        });
    }

    @Test
    void anExceptionOfWhoIsGivenAMessageHarmsNobody() {
        CompletableFuture<Void> failing = inbox.take().thenAccept(message -> {
            throw new IllegalStateException("expected");
        });
        add("one", "two");
        assertThat(failing).isCompletedExceptionally();
        assertThat(inbox.poll().text()).isEqualTo("two");
    }

    /** One that adds, against threads, futures, cancellations and interruptions: each message to exactly one. */
    @Test
    void losesNothingUnderStress() throws Exception {
        long seed = Seed.of("InboxTest");
        int messages = 50_000;
        int takers = 4;
        Thread adder = Thread.currentThread();
        Inbox shared = new Inbox(16, 1 << 20, () -> {
            roomAgain.incrementAndGet();
            LockSupport.unpark(adder);
        });
        ConcurrentHashMap<Integer, Boolean> seen = new ConcurrentHashMap<>();
        AtomicLong twice = new AtomicLong();
        AtomicLong gaveUp = new AtomicLong();
        List<Future<?>> running = new ArrayList<>();
        for (int t = 0; t < takers; t++) {
            Random random = new Random(seed + t);
            running.add(threads.submit(() -> takeUntilEnd(shared, random, seen, twice, gaveUp)));
        }
        Random adding = new Random(seed);
        List<Message> batch = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            int told = roomAgain.get();
            while (shared.isFull() && roomAgain.get() == told) {
                // A lost call of roomAgain ends here, by the limit of the test.
                LockSupport.park();
                if (Thread.interrupted()) {
                    throw new AssertionError("never told of room: " + shared.size() + " wait");
                }
            }
            // A read brings one or several.
            batch.add(message(Integer.toString(i)));
            if (i == messages - 1 || adding.nextInt(3) == 0) {
                shared.add(batch);
                batch.clear();
            }
        }
        shared.end("all were added");
        for (Future<?> each : running) {
            each.get(30, TimeUnit.SECONDS);
        }
        assertThat(twice).as("received twice").hasValue(0);
        assertThat(IntStream.range(0, messages)
                        .filter(i -> !seen.containsKey(i))
                        .limit(10))
                .as("the first that were lost")
                .isEmpty();
        assertThat(gaveUp).as("receivers that gave up").hasPositiveValue();
    }

    private Void takeUntilEnd(
            Inbox shared, Random random, ConcurrentHashMap<Integer, Boolean> seen, AtomicLong twice, AtomicLong gaveUp)
            throws Exception {
        while (true) {
            try {
                Message message = switch (random.nextInt(5)) {
                    case 0 -> shared.poll();
                    case 1 -> shared.take(random.nextInt(50_000));
                    case 2 -> interrupted(shared, random);
                    case 3 -> cancelled(shared, random);
                    default -> shared.take(TimeUnit.SECONDS.toNanos(30));
                };
                if (message == null) {
                    gaveUp.incrementAndGet();
                } else if (seen.put(Integer.parseInt(message.text()), true) != null) {
                    twice.incrementAndGet();
                }
            } catch (TimeoutException e) {
                gaveUp.incrementAndGet();
            } catch (ClosedException e) {
                return null;
            }
        }
    }

    private Message cancelled(Inbox shared, Random random) throws Exception {
        CompletableFuture<Message> taker = shared.take();
        for (int i = random.nextInt(200); i > 0; i--) {
            Thread.onSpinWait();
        }
        if (taker.cancel(false)) {
            return null;
        }
        try {
            return taker.join();
        } catch (CompletionException e) {
            throw (ClosedException) e.getCause();
        }
    }

    private Message interrupted(Inbox shared, Random random) throws Exception {
        Thread taking = Thread.currentThread();
        int spins = random.nextInt(500);
        Future<?> interrupting = threads.submit(() -> {
            for (int i = spins; i > 0; i--) {
                Thread.onSpinWait();
            }
            taking.interrupt();
        });
        Message message = null;
        ClosedException end = null;
        try {
            message = shared.take(TimeUnit.SECONDS.toNanos(30));
        } catch (InterruptedException e) {
            // It has taken nothing.
        } catch (ClosedException e) {
            end = e;
        }
        // The interruption must have come before the next call.
        boolean done = false;
        while (!done) {
            try {
                interrupting.get();
                done = true;
            } catch (InterruptedException e) {
                // That was it.
            }
        }
        Thread.interrupted();
        if (end != null) {
            throw end;
        }
        return message;
    }

    private void add(String... payloads) {
        inbox.add(Stream.of(payloads).map(InboxTest::message).toList());
    }

    private static Message message(String payload) {
        return new Message("/t", payload.getBytes(UTF_8));
    }
}

package io.sluice.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.sluice.protocol.NativeFrames;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(60)
@ExtendWith(NothingIsLeft.class)
class OutboxTest {
    private static final byte[] DESTINATION = "/t".getBytes(UTF_8);
    /** Of a message of ten bytes: two lengths, the destination, the payload. */
    private static final int MESSAGE_BYTES = 4 + 2 + 4 + 10;

    private final AtomicInteger wakes = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Outbox outbox = box(5 * MESSAGE_BYTES);

    private Outbox box(int maxBytes) {
        return new Outbox(maxBytes, () -> "127.0.0.1:1", wakes::incrementAndGet);
    }

    @AfterEach
    void discard() {
        outbox.discard();
        threads.shutdownNow();
    }

    @Test
    void givesBackInOrderWhatWasOffered() {
        outbox.offer(DESTINATION, bytes("one"));
        outbox.offer("/u".getBytes(UTF_8), bytes(""));
        outbox.offer(DESTINATION, bytes("three"));

        assertThat(takeAll()).containsExactly("/t one", "/u ", "/t three");
        assertThat(outbox.isEmpty()).isTrue();
        assertThat(outbox.waitingBytes()).isZero();
    }

    @Test
    void packsManyMessagesIntoAChunkAndCutsNone() {
        outbox = box(1 << 20);
        for (int i = 0; i < 10_000; i++) {
            outbox.offer(DESTINATION, bytes(String.format("%010d", i)));
        }
        long chunks = 0;
        long messages = 0;
        for (Outbox.Chunk chunk = outbox.take(); chunk != null; chunk = outbox.take()) {
            assertThat(chunk.bytes.readableBytes()).isEqualTo((int) chunk.messages * MESSAGE_BYTES);
            assertThat(chunk.bytes.readableBytes()).isLessThanOrEqualTo(64 * 1024);
            chunks++;
            messages += chunk.messages;
            chunk.bytes.release();
        }
        assertThat(messages).isEqualTo(10_000);
        assertThat(chunks).isLessThan(6);
    }

    @Test
    void takesOneMessageOfAnySizeBelowTheBound() {
        assertThat(outbox.offer(DESTINATION, new byte[1 << 20])).isEqualTo(PublishResult.ACCEPTED);
        assertThat(outbox.offer(DESTINATION, new byte[0])).isEqualTo(PublishResult.DROPPED);
        assertThat(outbox.waitingBytes()).isEqualTo(10 + (1 << 20));
    }

    @Test
    void dropsAndCountsWhatFindsNoRoom() {
        fill();
        assertThat(outbox.offer(DESTINATION, new byte[10])).isEqualTo(PublishResult.DROPPED);
        assertThat(outbox.offer(DESTINATION, new byte[10])).isEqualTo(PublishResult.DROPPED);

        assertThat(outbox.dropped()).isEqualTo(2);
        assertThat(takeAll()).hasSize(5);
    }

    @Test
    void wakesAnIdleTakerOnce() {
        outbox.offer(DESTINATION, bytes("one"));
        outbox.offer(DESTINATION, bytes("two"));
        assertThat(wakes).hasValue(1);

        outbox.take().bytes.release();
        outbox.offer(DESTINATION, bytes("three"));
        assertThat(wakes).as("the taker has not found it empty yet").hasValue(1);

        takeAll();
        outbox.offer(DESTINATION, bytes("four"));
        assertThat(wakes).hasValue(2);
    }

    @Test
    void putWaitsForRoom() throws Exception {
        fill();
        Thread[] putting = new Thread[1];
        Future<?> put = threads.submit(() -> {
            putting[0] = Thread.currentThread();
            outbox.put(DESTINATION, new byte[10], TimeUnit.SECONDS.toNanos(30));
            return null;
        });
        awaitWaiting(putting);

        List<String> taken = takeAll();
        put.get(20, TimeUnit.SECONDS);
        taken.addAll(takeAll());
        assertThat(taken).hasSize(6);
        assertThat(outbox.dropped()).isZero();
    }

    @Test
    void putGivesUpInTimeAndSaysWhy() {
        fill();
        long beganNs = System.nanoTime();

        assertThatThrownBy(() -> outbox.put(DESTINATION, new byte[10], TimeUnit.MILLISECONDS.toNanos(50)))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("50 ms")
                .hasMessageContaining("127.0.0.1:1")
                .hasMessageContaining("100 bytes");
        assertThat(System.nanoTime() - beganNs).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
        assertThat(outbox.dropped()).isZero();
        assertThat(takeAll()).hasSize(5);
    }

    @Test
    void putCanBeInterrupted() throws Exception {
        fill();
        Thread[] putting = new Thread[1];
        Future<?> put = threads.submit(() -> {
            putting[0] = Thread.currentThread();
            assertThatThrownBy(() -> outbox.put(DESTINATION, new byte[10], Long.MAX_VALUE))
                    .isInstanceOf(InterruptedException.class);
        });
        awaitWaiting(putting);
        putting[0].interrupt();

        put.get(20, TimeUnit.SECONDS);
        assertThat(takeAll()).hasSize(5);
    }

    @Test
    void closingEndsEveryWait() throws Exception {
        fill();
        Thread[] putting = new Thread[1];
        Future<?> put = threads.submit(() -> {
            putting[0] = Thread.currentThread();
            assertThatThrownBy(() -> outbox.put(DESTINATION, new byte[10], Long.MAX_VALUE))
                    .isInstanceOf(ClosedException.class);
        });
        CompletableFuture<Void> room = outbox.whenRoom();
        awaitWaiting(putting);
        outbox.close();

        put.get(20, TimeUnit.SECONDS);
        assertThat(room).isCompleted();
        assertThat(outbox.whenRoom()).isCompleted();
        assertThat(outbox.offer(DESTINATION, new byte[10])).isEqualTo(PublishResult.CLOSED);
        assertThat(outbox.dropped()).as("what was refused was not taken").isZero();
        assertThat(takeAll()).as("what waits may still be taken").hasSize(5);
    }

    @Test
    void discardDropsAndCountsWhatWaits() {
        fill();
        outbox.offer(DESTINATION, new byte[10]);
        outbox.discard();

        assertThat(outbox.dropped()).isEqualTo(6);
        assertThat(outbox.waitingBytes()).isZero();
        assertThat(outbox.take()).isNull();
        outbox.discard();
        assertThat(outbox.dropped()).isEqualTo(6);
    }

    @Test
    void tellsWhenThereIsRoom() {
        assertThat(outbox.whenRoom()).isCompleted();
        fill();
        CompletableFuture<Void> one = outbox.whenRoom();
        CompletableFuture<Void> other = outbox.whenRoom();
        assertThat(one).isNotDone();

        takeAll();
        assertThat(one).isCompleted();
        assertThat(other).isCompleted();
    }

    @Test
    void whoCancelsWaitingForRoomStopsNobodyElse() {
        fill();
        CompletableFuture<Void> one = outbox.whenRoom();
        CompletableFuture<Void> other = outbox.whenRoom();
        one.cancel(false);

        assertThat(other).isNotDone();
        takeAll();
        assertThat(other).isCompleted();
        assertThatThrownBy(one::join).isInstanceOf(CancellationException.class);
    }

    @Test
    void whoIsToldOfRoomMayPublishAtOnce() {
        fill();
        List<PublishResult> results = new ArrayList<>();
        var unused = outbox.whenRoom().thenRun(() -> {
            results.add(outbox.offer(DESTINATION, bytes("from there")));
            // Another thread finds the lock free.
            threads.submit(() -> results.add(outbox.offer(DESTINATION, bytes("and there"))));
            await().until(() -> results.size() == 2);
        });

        assertThat(takeAll()).hasSize(7);
        assertThat(results).containsExactly(PublishResult.ACCEPTED, PublishResult.ACCEPTED);
    }

    /** Threads that offer, put and give up, against one that takes: all that was taken in comes out, once, in order. */
    @Test
    void losesNothingUnderStress() throws Exception {
        long seed = Seed.of("OutboxTest");
        int publishers = 4;
        int each = 5_000;
        AtomicBoolean woken = new AtomicBoolean();
        Thread taker = Thread.currentThread();
        outbox = new Outbox(4_000, () -> "127.0.0.1:1", () -> {
            woken.set(true);
            LockSupport.unpark(taker);
        });
        CountDownLatch ended = new CountDownLatch(publishers);
        AtomicLong accepted = new AtomicLong();
        AtomicLong refused = new AtomicLong();
        List<Future<?>> running = new ArrayList<>();
        for (int p = 0; p < publishers; p++) {
            byte[] name = ("/" + p).getBytes(UTF_8);
            Random random = new Random(seed + p);
            running.add(threads.submit(() -> {
                try {
                    publish(name, each, random, accepted, refused);
                } finally {
                    ended.countDown();
                    LockSupport.unpark(taker);
                }
                return null;
            }));
        }

        long[] last = new long[publishers];
        long taken = 0;
        Random random = new Random(seed);
        // As the event loop does it: takes until there is nothing, then only when woken.
        while (true) {
            boolean over = ended.getCount() == 0;
            if (!woken.getAndSet(false)) {
                if (over) {
                    break;
                }
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(10));
                continue;
            }
            for (Outbox.Chunk chunk = outbox.take(); chunk != null; chunk = outbox.take()) {
                List<String> messages = messagesOf(chunk);
                assertThat(messages).hasSize((int) chunk.messages);
                for (String message : messages) {
                    int publisher = message.charAt(1) - '0';
                    long number = Long.parseLong(message.substring(3).strip());
                    assertThat(number).isGreaterThan(last[publisher]);
                    last[publisher] = number;
                }
                taken += messages.size();
                if (random.nextInt(10) == 0) {
                    LockSupport.parkNanos(1_000);
                }
            }
        }
        for (Future<?> each1 : running) {
            each1.get(20, TimeUnit.SECONDS);
        }
        assertThat(taken).isEqualTo(accepted.get());
        assertThat(outbox.isEmpty()).isTrue();
        assertThat(outbox.waitingBytes()).isZero();
        assertThat(outbox.dropped()).isEqualTo(refused.get());
    }

    private void publish(byte[] name, int count, Random random, AtomicLong accepted, AtomicLong refused)
            throws Exception {
        for (int i = 1; i <= count; i++) {
            byte[] payload = bytes(i + " ".repeat(random.nextInt(100)));
            switch (random.nextInt(3)) {
                case 0 -> {
                    if (outbox.offer(name, payload) == PublishResult.ACCEPTED) {
                        accepted.incrementAndGet();
                    } else {
                        refused.incrementAndGet();
                        outbox.whenRoom().get(20, TimeUnit.SECONDS);
                    }
                }
                case 1 -> {
                    outbox.put(name, payload, TimeUnit.SECONDS.toNanos(20));
                    accepted.incrementAndGet();
                }
                default -> {
                    try {
                        outbox.put(name, payload, random.nextInt(100_000));
                        accepted.incrementAndGet();
                    } catch (TimeoutException e) {
                        outbox.whenRoom().cancel(false);
                    }
                }
            }
        }
    }

    private void fill() {
        for (int i = 0; i < 5; i++) {
            assertThat(outbox.offer(DESTINATION, new byte[10])).isEqualTo(PublishResult.ACCEPTED);
        }
    }

    private static void awaitWaiting(Thread[] thread) {
        await().until(() -> thread[0] != null && thread[0].getState() == Thread.State.TIMED_WAITING);
    }

    private List<String> takeAll() {
        List<String> all = new ArrayList<>();
        for (Outbox.Chunk chunk = outbox.take(); chunk != null; chunk = outbox.take()) {
            all.addAll(messagesOf(chunk));
        }
        return all;
    }

    private static List<String> messagesOf(Outbox.Chunk chunk) {
        List<String> messages = new ArrayList<>();
        ByteBuf bytes = chunk.bytes;
        while (bytes.isReadable()) {
            messages.add(frameOf(bytes) + " " + frameOf(bytes));
        }
        bytes.release();
        return messages;
    }

    private static String frameOf(ByteBuf bytes) {
        int length = NativeFrames.frameBytes(bytes, bytes.readerIndex()) - NativeFrames.HEADER_BYTES;
        bytes.skipBytes(NativeFrames.HEADER_BYTES);
        return bytes.readCharSequence(length, UTF_8).toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}

package io.sluice.broker.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import io.sluice.broker.base.PinnedMemory;
import io.sluice.broker.base.Seed;
import io.sluice.protocol.NativeFrames;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class MessageBatchTest {
    private final Batches batches = new Batches();

    @AfterEach
    void nothingIsHeld() {
        batches.assertNothingHeld();
    }

    @Test
    void costsWhatItKeepsAliveAndNotWhatItsMessagesHold() {
        ByteBuf roomy = batches.allocator().directBuffer(10_000);
        NativeFrames.write(roomy, new byte[7]);
        MessageBatch batch = new MessageBatch(roomy, 1, 0, batches.memory());
        assertThat(batch.payloadBytes()).isEqualTo(7);
        assertThat(batch.costBytes()).isEqualTo(10_000 + MessageBatch.OVERHEAD_BYTES);
        batch.release();
    }

    @Test
    void countsTheSizeClassOfAPooledBufferThatMayGrow() {
        ByteBuf pooled = new PooledByteBufAllocator(true).directBuffer(5_000);
        NativeFrames.write(pooled, new byte[10]);
        MessageBatch batch = new MessageBatch(pooled, 1, 0, batches.memory());
        assertThat(batch.costBytes()).isGreaterThanOrEqualTo(5_000 + MessageBatch.OVERHEAD_BYTES);
        assertThat(batches.memory().bytes()).isEqualTo(batch.costBytes());
        batch.release();
    }

    @Test
    void chargesItsCostOnceAndDischargesItWithTheLastReference() {
        MessageBatch batch = batches.of("a", "b");
        long cost = batch.costBytes();
        assertThat(batches.memory().bytes()).isEqualTo(cost);
        batch.retain(3);
        assertThat(batches.memory().bytes()).isEqualTo(cost);
        batch.release(3);
        assertThat(batches.memory().bytes()).isEqualTo(cost);
        assertThat(batch.frames().refCnt()).isEqualTo(1);
        ByteBuf frames = batch.frames();
        assertThat(batch.release()).isTrue();
        assertThat(batches.memory().bytes()).isZero();
        assertThat(frames.refCnt()).isZero();
        assertThatThrownBy(batch::release).isInstanceOf(IllegalReferenceCountException.class);
        assertThat(batches.memory().bytes()).isZero();
    }

    @Test
    void chargesTheMemoryItWasGiven() {
        PinnedMemory other = new PinnedMemory(1 << 20);
        MessageBatch batch = new MessageBatch(batches.framesOf(List.of("x")), 1, 17, other);
        assertThat(other.bytes()).isEqualTo(batch.costBytes());
        assertThat(batches.memory().bytes()).isZero();
        assertThat(batch.memory()).isSameAs(other);
        assertThat(batch.arrivedNs()).isEqualTo(17);
        batch.release();
        assertThat(other.bytes()).isZero();
    }

    @Test
    void knowsWhereItsMessagesBeginAndHowManyAreWhole() {
        Seed.check(300, random -> {
            List<String> payloads = randomPayloads(random);
            MessageBatch batch = withLeadingBytes(payloads, random.nextInt(20));
            int offset = 0;
            long payloadBytes = 0;
            List<Integer> ends = new ArrayList<>();
            for (int i = 0; i < payloads.size(); i++) {
                assertThat(batch.offsetOf(i)).isEqualTo(offset);
                assertThat(batch.payloadBytesOf(i)).isEqualTo(payloadBytes);
                offset += NativeFrames.HEADER_BYTES + payloads.get(i).length();
                payloadBytes += payloads.get(i).length();
                ends.add(offset);
            }
            assertThat(batch.offsetOf(payloads.size())).isEqualTo(offset);
            assertThat(batch.payloadBytesOf(payloads.size())).isEqualTo(payloadBytes);
            assertThat(batch.payloadBytes()).isEqualTo(payloadBytes);
            for (int bytes = 0; bytes <= offset; bytes++) {
                int taken = bytes;
                assertThat(batch.messagesWithin(bytes)).isEqualTo((int)
                        ends.stream().filter(end -> end <= taken).count());
            }
            batch.release();
        });
    }

    @Test
    void countsMessagesWithoutPayloadAsWholeWithTheirHeader() {
        MessageBatch batch = batches.of("", "", "");
        assertThat(batch.payloadBytes()).isZero();
        assertThat(batch.messagesWithin(3)).isZero();
        assertThat(batch.messagesWithin(4)).isEqualTo(1);
        assertThat(batch.messagesWithin(11)).isEqualTo(2);
        assertThat(batch.messagesWithin(12)).isEqualTo(3);
        batch.release();
    }

    @Test
    void aCopyHasItsPartOfTheMessagesAndOfTheArrivals() {
        Seed.check(300, random -> {
            List<String> payloads = randomPayloads(random);
            MessageBatch batch = withLeadingBytes(payloads, random.nextInt(20));
            batch.arrivedAs(Arrivals.consecutive(100, payloads.size()));
            int from = random.nextInt(payloads.size());
            int to = from + 1 + random.nextInt(payloads.size() - from);
            MessageBatch copy = batch.copy(from, to);
            batch.release();
            assertThat(Batches.payloads(copy))
                    .isEqualTo(payloads.subList(from, to).stream()
                            .map(String::strip)
                            .toList());
            assertThat(copy.messages()).isEqualTo(to - from);
            assertThat(copy.arrivals().first()).isEqualTo(100 + from);
            assertThat(copy.nextArrival()).isEqualTo(100 + from);
            assertThat(copy.remainingMessages()).isEqualTo(to - from);
            assertThat(batches.memory().bytes()).isEqualTo(copy.costBytes());
            copy.release();
        });
    }

    @Test
    void aCopyKeepsTheTimeOfArrival() {
        MessageBatch batch = batches.arrivingAt(4711).of("a", "b", "c");
        MessageBatch copy = batch.copy(1, 2);
        assertThat(copy.arrivedNs()).isEqualTo(4711);
        assertThat(copy.costBytes()).isEqualTo(MessageBatch.OVERHEAD_BYTES + NativeFrames.HEADER_BYTES + 1);
        batch.release();
        copy.release();
    }

    @Test
    void aCopyOfABatchThatIsInNoQueueHasNoArrivals() {
        MessageBatch batch = batches.of("a", "b");
        MessageBatch copy = batch.copy(0, 1);
        assertThatThrownBy(copy::arrivals).isInstanceOf(IllegalStateException.class);
        batch.release();
        copy.release();
    }

    @Test
    void remembersHowFarItWasDealtOut() {
        MessageBatch batch = withLeadingBytes(List.of("one", "", "three"), 5);
        batch.arrivedAs(Arrivals.consecutive(7, 3));
        assertThat(batch.isUntouched()).isTrue();
        for (int dealt = 0; dealt < 3; dealt++) {
            assertThat(batch.remainingMessages()).isEqualTo(3 - dealt);
            assertThat(batch.nextArrival()).isEqualTo(7 + dealt);
            assertThat(batch.nextIndex()).isEqualTo(batch.frames().readerIndex() + batch.offsetOf(dealt));
            assertThat(batch.remainingBytes()).isEqualTo(batch.frames().readableBytes() - batch.offsetOf(dealt));
            assertThat(batch.remainingPayloadBytes()).isEqualTo(batch.payloadBytes() - batch.payloadBytesOf(dealt));
            batch.dealt(NativeFrames.frameBytes(batch.frames(), batch.nextIndex()));
            assertThat(batch.isUntouched()).isFalse();
        }
        assertThat(batch.remainingMessages()).isZero();
        assertThat(batch.remainingBytes()).isZero();
        assertThat(batch.remainingPayloadBytes()).isZero();
        batch.release();
    }

    @Test
    void mergesInOrderWithTheirArrivalsAndTheTimeOfTheOldest() {
        MessageBatch first = batches.arrivingAt(10).of("a", "b").arrivedAs(Arrivals.consecutive(0, 2));
        MessageBatch second = batches.arrivingAt(20).of("c").arrivedAs(Arrivals.consecutive(5, 1));
        int bytes = first.frames().readableBytes() + second.frames().readableBytes();
        MessageBatch merged = MessageBatch.merge(List.of(first, second), bytes);
        assertThat(first.refCnt()).isZero();
        assertThat(second.refCnt()).isZero();
        assertThat(Batches.payloads(merged)).containsExactly("a", "b", "c");
        assertThat(merged.arrivedNs()).isEqualTo(10);
        assertThat(merged.arrivals().get(1)).isEqualTo(1);
        assertThat(merged.arrivals().get(2)).isEqualTo(5);
        assertThat(merged.costBytes()).isEqualTo(MessageBatch.OVERHEAD_BYTES + bytes);
        assertThat(batches.memory().bytes()).isEqualTo(merged.costBytes());
        merged.release();
    }

    @Test
    void mergingABatchThatOthersShareLeavesItToThem() {
        MessageBatch shared = batches.of("a");
        shared.retain();
        MessageBatch merged = MessageBatch.merge(List.of(shared, batches.of("b")), 10);
        assertThat(shared.refCnt()).isEqualTo(1);
        assertThat(Batches.payloads(shared)).containsExactly("a");
        shared.release();
        merged.release();
    }

    private MessageBatch withLeadingBytes(List<String> payloads, int leading) {
        ByteBuf frames = batches.allocator().directBuffer(100);
        frames.writeZero(leading).readerIndex(leading);
        ByteBuf content = batches.framesOf(payloads);
        frames.writeBytes(content);
        content.release();
        return new MessageBatch(frames, payloads.size(), 0, batches.memory());
    }

    private static List<String> randomPayloads(Random random) {
        List<String> payloads = new ArrayList<>();
        int count = 1 + random.nextInt(8);
        for (int i = 0; i < count; i++) {
            payloads.add("x".repeat(random.nextInt(3) * random.nextInt(12)));
        }
        return payloads;
    }
}

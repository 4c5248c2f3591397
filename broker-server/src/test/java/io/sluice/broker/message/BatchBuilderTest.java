package io.sluice.broker.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.sluice.broker.base.Seed;
import io.sluice.protocol.NativeFrames;
import io.sluice.protocol.PublishRun;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BatchBuilderTest {
    private final Batches batches = new Batches();
    private final BatchBuilder builder = new BatchBuilder(batches.allocator(), batches.memory());

    @AfterEach
    void nothingIsHeld() {
        batches.assertNothingHeld();
    }

    @Test
    void putsFramesTogetherInABufferOfExactlyTheirSize() {
        assertThat(builder.isEmpty()).isTrue();
        ByteBuf read = batches.framesOf(List.of("skipped", "a", "", "ccc"));
        builder.add(read, 11, 5);
        builder.add(read, 16, 4);
        builder.add(read, 20, 7);
        assertThat(builder.isEmpty()).isFalse();
        MessageBatch batch = builder.build(42);
        read.setZero(0, read.capacity());
        assertThat(Batches.payloads(batch)).containsExactly("a", "", "ccc");
        assertThat(batch.frames().capacity()).isEqualTo(16);
        assertThat(batch.costBytes()).isEqualTo(16 + MessageBatch.OVERHEAD_BYTES);
        assertThat(batch.arrivedNs()).isEqualTo(42);
        assertThat(batches.memory().bytes()).isEqualTo(batch.costBytes());
        assertThat(builder.isEmpty()).isTrue();
        batch.release();
        read.release();
    }

    @Test
    void beginsAnewAfterEachBatch() {
        Seed.check(200, random -> {
            List<MessageBatch> built = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            for (int round = 0; round < 5; round++) {
                int count = 1 + random.nextInt(5);
                for (int i = 0; i < count; i++) {
                    String payload = round + "-" + i + "x".repeat(random.nextInt(50));
                    ByteBuf frame = batches.framesOf(List.of(payload));
                    builder.add(frame, 0, frame.readableBytes());
                    frame.release();
                    expected.add(payload);
                }
                if (random.nextInt(4) == 0) {
                    builder.discard();
                    expected.subList(expected.size() - count, expected.size()).clear();
                    assertThat(builder.isEmpty()).isTrue();
                } else {
                    built.add(builder.build(round));
                }
            }
            assertThat(Batches.payloads(built)).isEqualTo(expected);
            built.forEach(MessageBatch::release);
        });
    }

    @Test
    void hasRoomForExactlyTheMostABatchMayHold() {
        assertThat(builder.hasRoomFor(MessageBatch.MAX_BYTES)).isTrue();
        assertThat(builder.hasRoomFor(MessageBatch.MAX_BYTES + 1)).isFalse();
        ByteBuf frame = batches.framesOf(List.of("x".repeat(96)));
        for (int i = 0; i < MessageBatch.MAX_BYTES / 100; i++) {
            assertThat(builder.hasRoomFor(100)).isTrue();
            builder.add(frame, 0, 100);
        }
        frame.release();
        int left = MessageBatch.MAX_BYTES % 100;
        assertThat(builder.hasRoomFor(left)).isTrue();
        assertThat(builder.hasRoomFor(left + 1)).isFalse();
        MessageBatch batch = builder.build(0);
        assertThat(batch.messages()).isEqualTo(MessageBatch.MAX_BYTES / 100);
        // The scratch buffer is used again from its beginning.
        assertThat(builder.hasRoomFor(MessageBatch.MAX_BYTES)).isTrue();
        batch.release();
    }

    @Test
    void givesTheScratchBufferAwayWhenItIsNearlyFull() {
        ByteBuf frame = batches.framesOf(List.of("x".repeat(996)));
        List<MessageBatch> built = new ArrayList<>();
        for (int frames = 47; frames <= 50; frames++) {
            for (int i = 0; i < frames; i++) {
                builder.add(frame, 0, 1000);
            }
            built.add(builder.build(0));
        }
        // Three quarters of 65,536 bytes lie between 49 and 50 frames.
        assertThat(built)
                .extracting(batch -> batch.frames().capacity())
                .containsExactly(47_000, 48_000, 49_000, MessageBatch.MAX_BYTES);
        assertThat(built.get(3).costBytes()).isEqualTo(MessageBatch.MAX_BYTES + MessageBatch.OVERHEAD_BYTES);
        builder.add(frame, 0, 1000);
        MessageBatch next = builder.build(0);
        assertThat(Batches.payloads(built.get(3))).hasSize(50).containsOnly("x".repeat(996));
        assertThat(Batches.payloads(next)).hasSize(1);
        built.add(next);
        built.forEach(MessageBatch::release);
        frame.release();
    }

    @Test
    void copiesRunsBesideSingleFrames() {
        ByteBuf read = batches.allocator().directBuffer();
        for (String payload : List.of("a", "bb", "ccc")) {
            NativeFrames.writeMessage(read, "/topic/a".getBytes(UTF_8), payload.getBytes(UTF_8));
        }
        ByteBuf first = batches.framesOf(List.of("first"));
        builder.add(first, 0, first.readableBytes());
        PublishRun run = DestinationName.of("/topic/a").newRun(1000);
        assertThat(builder.addRun(run, read, 0, read.writerIndex())).isEqualTo(read.writerIndex());
        MessageBatch batch = builder.build(0);
        assertThat(batch.messages()).isEqualTo(4);
        assertThat(Batches.payloads(batch)).containsExactly("first", "a", "bb", "ccc");
        builder.addRun(run, read, 0, read.writerIndex());
        builder.discard();
        builder.addRun(run, read, 0, read.writerIndex());
        MessageBatch second = builder.build(0);
        assertThat(Batches.payloads(second)).containsExactly("a", "bb", "ccc");
        List.of(batch, second).forEach(MessageBatch::release);
        List.of(read, first).forEach(ByteBuf::release);
    }

    @Test
    void buildersOfOneThreadShareTheirScratchBufferAndNothingElse() {
        BatchBuilder other = new BatchBuilder(batches.allocator(), batches.memory());
        ByteBuf frame = batches.framesOf(List.of("mine"));
        ByteBuf otherFrame = batches.framesOf(List.of("other"));
        builder.add(frame, 0, frame.readableBytes());
        MessageBatch mine = builder.build(0);
        other.add(otherFrame, 0, otherFrame.readableBytes());
        MessageBatch others = other.build(0);
        assertThat(Batches.payloads(mine)).containsExactly("mine");
        assertThat(Batches.payloads(others)).containsExactly("other");
        List.of(mine, others).forEach(MessageBatch::release);
        List.of(frame, otherFrame).forEach(ByteBuf::release);
    }

    @Test
    void keepsABufferThatALargeFrameFillsForTheMostPart() {
        ByteBuf buffer = batches.allocator().directBuffer(40_000);
        NativeFrames.write(buffer, new byte[20_000]);
        MessageBatch batch = builder.buildOne(buffer, 0, 20_004, true, 9);
        assertThat(buffer.refCnt()).isEqualTo(2);
        buffer.release();
        assertThat(batch.messages()).isEqualTo(1);
        assertThat(batch.arrivedNs()).isEqualTo(9);
        assertThat(batch.payloadBytes()).isEqualTo(20_000);
        batch.release();
        assertThat(buffer.refCnt()).isZero();
    }

    @Test
    void aKeptBufferIsChargedWhole() {
        ByteBuf buffer = batches.allocator().directBuffer(40_000);
        NativeFrames.write(buffer, new byte[20_000]);
        MessageBatch batch = builder.buildOne(buffer, 0, 20_004, true, 0);
        buffer.release();
        assertThat(batch.costBytes())
                .as("the memory it keeps alive")
                .isGreaterThanOrEqualTo(batches.allocator().metric().usedDirectMemory() - MessageBatch.MAX_BYTES);
        batch.release();
    }

    @Test
    void copiesALargeFrameOutOfABufferItDoesNotFill() {
        ByteBuf buffer = batches.allocator().directBuffer(40_010);
        NativeFrames.write(buffer, new byte[20_000]);
        MessageBatch batch = builder.buildOne(buffer, 0, 20_004, true, 0);
        assertThat(buffer.refCnt()).isEqualTo(1);
        buffer.release();
        assertThat(batch.costBytes()).isEqualTo(20_004 + MessageBatch.OVERHEAD_BYTES);
        batch.release();
    }

    @Test
    void copiesALargeFrameOutOfABufferThatIsOnlyLent() {
        ByteBuf buffer = batches.framesOf(List.of("x".repeat(20_000)));
        MessageBatch batch = builder.buildOne(buffer, 0, 20_004, false, 0);
        buffer.setZero(0, buffer.capacity());
        assertThat(buffer.refCnt()).isEqualTo(1);
        assertThat(Batches.payloads(batch)).containsExactly("x".repeat(20_000));
        buffer.release();
        batch.release();
    }
}

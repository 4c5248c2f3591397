package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FrameDecoderTest {
    private static final int LIMIT = 1 << 20;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final RecordingSink sink = new RecordingSink();
    private final FrameDecoder decoder = new FrameDecoder(allocator, sink);

    @AfterEach
    void nothingIsHeld() {
        decoder.close();
        sink.retained.forEach(ByteBuf::release);
        assertThat(allocator.metric().usedDirectMemory())
                .as("direct memory in use")
                .isZero();
        assertThat(allocator.metric().usedHeapMemory()).as("heap memory in use").isZero();
    }

    // ---------------------------------------------------------------- frames, however they are cut

    @Test
    void showsFramesWhereTheyAreWithoutACopy() {
        ByteBuf in = frames("/topic/a", "", "x");
        sink.expectedBuffer = in;
        assertThat(decoder.decode(in)).isTrue();
        assertThat(sink.frames).containsExactly("/topic/a", "", "x");
        assertThat(sink.retainable).containsOnly(false);
        assertThat(in.isReadable()).isFalse();
        assertThat(decoder.isMidFrame()).isFalse();
        assertThat(decoder.unfinishedBytes()).isZero();
        assertThat(in.refCnt()).as("only lent").isEqualTo(1);
        in.release();
    }

    @Test
    void findsTheSameFramesWhereverASessionIsCutInTwo() {
        List<String> session = List.of("/queue/a", "/topic/b", "", "/topic/b", "payload", "", "x".repeat(100), "end");
        ByteBuf whole = frames(session.toArray(String[]::new));
        for (int cut = 0; cut <= whole.readableBytes(); cut++) {
            decodeInPieces(whole, session, List.of(cut));
        }
        whole.release();
    }

    @Test
    void findsTheSameFramesWhereverASessionIsCutInThree() {
        List<String> session = List.of("/q", "", "/t", "xyz", "0123456789");
        ByteBuf whole = frames(session.toArray(String[]::new));
        for (int first = 0; first <= whole.readableBytes(); first++) {
            for (int second = first; second <= whole.readableBytes(); second++) {
                decodeInPieces(whole, session, List.of(first, second));
            }
        }
        whole.release();
    }

    @Test
    void findsTheSameFramesByteByByte() {
        List<String> session = List.of("/queue/a", "", "x".repeat(300), "/topic/ü", "");
        ByteBuf whole = frames(session.toArray(String[]::new));
        List<Integer> cuts = new ArrayList<>();
        for (int i = 1; i < whole.readableBytes(); i++) {
            cuts.add(i);
        }
        decodeInPieces(whole, session, cuts);
        whole.release();
    }

    @Test
    void findsTheSameFramesHoweverTheyAreCut() {
        Seed.check(1_000, random -> {
            List<String> session = new ArrayList<>();
            int count = 1 + random.nextInt(30);
            for (int i = 0; i < count; i++) {
                int length = random.nextInt(4) == 0 ? random.nextInt(5_000) : random.nextInt(20);
                session.add(text(random, length));
            }
            ByteBuf whole = frames(session.toArray(String[]::new));
            List<Integer> cuts = new ArrayList<>();
            int most = 1 + random.nextInt(random.nextBoolean() ? 3 : 3_000);
            for (int cut = 0; cut < whole.readableBytes(); cut += 1 + random.nextInt(most)) {
                cuts.add(cut);
            }
            decodeInPieces(whole, session, cuts);
            whole.release();
        });
    }

    private void decodeInPieces(ByteBuf whole, List<String> expected, List<Integer> cuts) {
        RecordingSink pieces = new RecordingSink();
        FrameDecoder fresh = new FrameDecoder(allocator, pieces);
        int begin = 0;
        List<Integer> ends = new ArrayList<>(cuts);
        ends.add(whole.readableBytes());
        for (int end : ends) {
            ByteBuf piece = allocator.directBuffer(Math.max(1, end - begin)).writeBytes(whole, begin, end - begin);
            assertThat(fresh.decode(piece)).isTrue();
            assertThat(piece.isReadable()).isFalse();
            // Whoever lent the buffer uses it again.
            piece.setZero(0, piece.capacity());
            piece.release();
            begin = end;
        }
        assertThat(pieces.frames).as("cut at %s", cuts).isEqualTo(expected);
        assertThat(fresh.isMidFrame()).isFalse();
        fresh.close();
    }

    @Test
    void takesABufferThatDoesNotBeginAtItsBeginning() {
        ByteBuf in = allocator.directBuffer().writeZero(7);
        NativeFrames.write(in, "abc".getBytes(StandardCharsets.UTF_8));
        in.readerIndex(7);
        decoder.decode(in);
        assertThat(sink.frames).containsExactly("abc");
        in.release();
    }

    @Test
    void decodesAHeapBufferToo() {
        ByteBuf in = allocator.heapBuffer();
        NativeFrames.write(in, "abc".getBytes(StandardCharsets.UTF_8));
        in.writeInt(9).writeByte('x');
        decoder.decode(in);
        assertThat(sink.frames).containsExactly("abc");
        assertThat(decoder.isMidFrame()).isTrue();
        in.release();
    }

    @Test
    void knowsWhetherAFrameHasBegun() {
        assertThat(decoder.isMidFrame()).isFalse();
        feed(new byte[] {0});
        assertThat(decoder.isMidFrame()).isTrue();
        feed(new byte[] {0, 0, 1});
        assertThat(decoder.isMidFrame()).isTrue();
        feed(new byte[] {'x'});
        assertThat(decoder.isMidFrame()).isFalse();
        assertThat(sink.frames).containsExactly("x");
        feed(new byte[0]);
        assertThat(decoder.isMidFrame()).isFalse();
    }

    @Test
    void aCollectedFrameMayBeKept() {
        sink.retains = true;
        feed(header(200));
        feed(new byte[200]);
        assertThat(sink.retainable).containsExactly(true);
        assertThat(decoder.isMidFrame()).isFalse();
        feed(header(200));
        feed(new byte[200]);
        assertThat(sink.retained).hasSize(2);
        assertThat(sink.retained.get(0)).isNotSameAs(sink.retained.get(1));
        assertThat(sink.retained.get(0).refCnt()).isEqualTo(1);
    }

    // ---------------------------------------------------------------- lengths

    @ParameterizedTest
    @ValueSource(longs = {0, 1, LIMIT - 1, LIMIT})
    void takesLengthsUpToTheLimit(long length) {
        feed(header(length));
        for (long left = length; left > 0; left -= Math.min(left, 100_000)) {
            feed(new byte[(int) Math.min(left, 100_000)]);
        }
        assertThat(sink.lengths).containsOnly(length);
        assertThat(sink.frames).hasSize(1);
        assertThat(sink.frames.get(0)).hasSize((int) length);
    }

    @ParameterizedTest
    @ValueSource(longs = {LIMIT + 1L, (1L << 31) - 1, 1L << 31, (1L << 32) - 1})
    void theSinkIsAskedAboutEveryLengthAsUnsigned(long length) {
        for (int cut = 0; cut <= 4; cut++) {
            RecordingSink asked = new RecordingSink();
            FrameDecoder fresh = new FrameDecoder(allocator, asked);
            ByteBuf in = allocator.directBuffer();
            NativeFrames.write(in, new byte[] {'a'});
            in.writeBytes(header(length)).writeZero(10);
            ByteBuf first = in.readBytes(5 + cut);
            boolean more = fresh.decode(first) && fresh.decode(in);
            assertThat(more).as("cut after %d bytes", cut).isFalse();
            assertThat(asked.frames).containsExactly("a");
            assertThat(asked.lengths).contains(length).containsOnly(1L, length);
            assertThat(allocator.metric().usedDirectMemory())
                    .as("nothing is allocated on the word of a length")
                    .isLessThan(2_000);
            fresh.close();
            first.release();
            in.release();
        }
    }

    @Test
    void aLengthIsJudgedBeforeItsBytesCome() {
        assertThat(feed(header(LIMIT + 1L))).isFalse();
        assertThat(sink.lengths).containsExactly(LIMIT + 1L);
    }

    // ---------------------------------------------------------------- memory

    @Test
    void holdsNeverMoreThanTwiceWhatItReceived() {
        Seed.check(200, random -> {
            FrameDecoder fresh = new FrameDecoder(allocator, new RecordingSink());
            int length = random.nextInt(LIMIT);
            long received = 0;
            ByteBuf in = allocator.directBuffer(64 * 1024);
            in.writeBytes(header(length));
            while (received < length + 4L) {
                received += in.readableBytes();
                fresh.decode(in);
                long held = allocator.metric().usedDirectMemory() - in.capacity();
                assertThat(held).as("after %d of %d bytes", received, length).isLessThanOrEqualTo(2 * received + 64);
                assertThat((long) fresh.unfinishedBytes()).isEqualTo(held);
                int next = 1 + random.nextInt(random.nextBoolean() ? 64 * 1024 : 200);
                in.clear().writeZero((int) Math.min(next, length + 4L - received));
            }
            assertThat(fresh.isMidFrame()).isFalse();
            assertThat(fresh.unfinishedBytes()).isZero();
            in.release();
            fresh.close();
        });
    }

    @Test
    void theLargestLengthAllocatesNothingByItself() {
        sink.limit = 1 << 30;
        feed(header(1 << 30));
        assertThat(decoder.unfinishedBytes()).isLessThanOrEqualTo(2 * 4 + 64);
        feed(new byte[1_000]);
        assertThat(decoder.unfinishedBytes()).isLessThanOrEqualTo(2 * 1_004 + 64);
        assertThat(allocator.metric().usedDirectMemory()).isEqualTo(decoder.unfinishedBytes());
    }

    @Test
    void closingReleasesTheUnfinishedFrameAndEndsDecoding() {
        feed(header(1_000));
        feed(new byte[10]);
        decoder.close();
        assertThat(decoder.unfinishedBytes()).isZero();
        assertThat(decoder.isMidFrame()).isFalse();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        decoder.close();
        ByteBuf more = frames("late");
        assertThat(decoder.decode(more)).isFalse();
        assertThat(more.readerIndex()).isZero();
        assertThat(sink.frames).isEmpty();
        more.release();
    }

    @Test
    void aSinkThatFailsLeaksNothing() {
        FrameDecoder failing = new FrameDecoder(allocator, new FrameSink() {
            @Override
            public boolean acceptsLength(long length) {
                return true;
            }

            @Override
            public boolean onFrame(ByteBuf frames, int index, int length, boolean retainable) {
                throw new IllegalStateException("on purpose");
            }
        });
        ByteBuf head = allocator.directBuffer().writeBytes(header(3));
        ByteBuf rest = allocator.directBuffer().writeZero(3);
        failing.decode(head);
        assertThatThrownBy(() -> failing.decode(rest)).hasMessage("on purpose");
        failing.close();
        head.release();
        rest.release();
    }

    // ---------------------------------------------------------------- stopping

    @Test
    void theSinkMayEndDecodingAfterAnyFrame() {
        for (int stopAfter = 1; stopAfter <= 3; stopAfter++) {
            for (int cut = 0; cut <= 15; cut++) {
                RecordingSink stopping = new RecordingSink();
                stopping.stopAfter = stopAfter;
                FrameDecoder fresh = new FrameDecoder(allocator, stopping);
                ByteBuf in = frames("a", "b", "c");
                ByteBuf first = in.readBytes(cut);
                boolean more = fresh.decode(first) && fresh.decode(in);
                assertThat(more).isFalse();
                assertThat(stopping.frames).hasSize(stopAfter);
                // What came after it is left.
                assertThat(first.readableBytes() + in.readableBytes()).isEqualTo(15 - 5 * stopAfter);
                assertThat(fresh.decode(in)).isFalse();
                assertThat(stopping.frames).hasSize(stopAfter);
                fresh.close();
                first.release();
                in.release();
            }
        }
    }

    private boolean feed(byte[] bytes) {
        ByteBuf in = allocator.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
        boolean more = decoder.decode(in);
        in.release();
        return more;
    }

    private ByteBuf frames(String... contents) {
        ByteBuf out = allocator.directBuffer();
        for (String content : contents) {
            NativeFrames.write(out, content.getBytes(StandardCharsets.UTF_8));
        }
        return out;
    }

    private static byte[] header(long length) {
        return new byte[] {(byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length};
    }

    private static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.toString();
    }

    private static final class RecordingSink implements FrameSink {
        final List<String> frames = new ArrayList<>();
        final List<Boolean> retainable = new ArrayList<>();
        final List<Long> lengths = new ArrayList<>();
        final List<ByteBuf> retained = new ArrayList<>();
        ByteBuf expectedBuffer;
        int stopAfter = Integer.MAX_VALUE;
        int limit = LIMIT;
        boolean retains;

        @Override
        public boolean acceptsLength(long length) {
            lengths.add(length);
            return length <= limit;
        }

        @Override
        public boolean onFrame(ByteBuf buffer, int index, int length, boolean mayRetain) {
            if (expectedBuffer != null) {
                assertThat(buffer).isSameAs(expectedBuffer);
            }
            assertThat(buffer.getInt(index)).as("the header is part of it").isEqualTo(length);
            frames.add(buffer.toString(index + NativeFrames.HEADER_BYTES, length, StandardCharsets.UTF_8));
            retainable.add(mayRetain);
            if (retains && mayRetain) {
                retained.add(buffer.retain());
            }
            return frames.size() < stopAfter;
        }
    }
}

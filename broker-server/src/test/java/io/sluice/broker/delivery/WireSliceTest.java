package io.sluice.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class WireSliceTest {

    static Stream<ByteBufAllocator> allocators() {
        return Stream.of(
                new PooledByteBufAllocator(true),
                new UnpooledByteBufAllocator(true),
                new UnpooledByteBufAllocator(false));
    }

    @ParameterizedTest
    @MethodSource("allocators")
    void showsWhatTheBufferHoldsAndCountsWhatIsTaken(ByteBufAllocator allocator) {
        ByteBuf buffer = digits(allocator, 3);
        WireSlice slice = new WireSlice(buffer);
        assertThat(slice.readableBytes()).isEqualTo(10);
        assertThat(slice.taken()).isZero();
        assertThat(slice.readByte()).isEqualTo((byte) 0);
        slice.skipBytes(4);
        assertThat(slice.taken()).isEqualTo(5);
        assertThat(buffer.readerIndex()).as("the buffer itself is not moved").isEqualTo(3);
        buffer.release();
        assertThat(slice.refCnt()).isZero();
    }

    @ParameterizedTest
    @MethodSource("allocators")
    void sharesTheReferencesOfTheBuffer(ByteBufAllocator allocator) {
        ByteBuf buffer = digits(allocator, 0);
        WireSlice slice = new WireSlice(buffer);
        assertThat(slice.retain()).isSameAs(slice);
        assertThat(buffer.refCnt()).isEqualTo(2);
        slice.release();
        buffer.release();
        assertThat(buffer.refCnt()).isZero();
    }

    @ParameterizedTest
    @MethodSource("allocators")
    void endsEarlierWhenItIsCut(ByteBufAllocator allocator) {
        ByteBuf buffer = digits(allocator, 3);
        WireSlice slice = new WireSlice(buffer);
        WireSlice other = new WireSlice(buffer);
        slice.skipBytes(2);
        slice.cutAfter(6);
        assertThat(slice.readableBytes()).isEqualTo(4);
        assertThat(slice.taken()).isEqualTo(2);
        slice.cutAfter(2);
        assertThat(slice.isReadable()).isFalse();
        assertThat(other.readableBytes()).as("others show all").isEqualTo(10);
        assertThat(buffer.readableBytes()).isEqualTo(10);
        buffer.release();
    }

    @ParameterizedTest
    @MethodSource("allocators")
    void cutsTheByteBufferThatTheTransportKeeps(ByteBufAllocator allocator) {
        ByteBuf buffer = digits(allocator, 3);
        WireSlice slice = new WireSlice(buffer);
        // As the outbound buffer does: asked for once, and written from again and again.
        ByteBuffer kept = slice.internalNioBuffer(slice.readerIndex(), slice.readableBytes());
        assertThat(kept.remaining()).isEqualTo(10);
        assertThat(kept.get()).isEqualTo((byte) 0);
        assertThat(kept.get()).isEqualTo((byte) 1);
        slice.skipBytes(2);
        slice.cutAfter(5);
        assertThat(kept.remaining()).isEqualTo(3);
        byte[] rest = new byte[3];
        kept.get(rest);
        assertThat(rest).containsExactly(2, 3, 4);
        buffer.release();
    }

    @ParameterizedTest
    @MethodSource("allocators")
    void cutsAByteBufferOfWhichNothingWasTaken(ByteBufAllocator allocator) {
        ByteBuf buffer = digits(allocator, 0);
        WireSlice slice = new WireSlice(buffer);
        ByteBuffer kept = slice.internalNioBuffer(0, 10);
        slice.cutAfter(0);
        assertThat(kept.hasRemaining()).isFalse();
        buffer.release();
    }

    private static ByteBuf digits(ByteBufAllocator allocator, int leading) {
        ByteBuf buffer = allocator.buffer(32).writeZero(leading).readerIndex(leading);
        for (int i = 0; i < 10; i++) {
            buffer.writeByte(i);
        }
        return buffer;
    }
}

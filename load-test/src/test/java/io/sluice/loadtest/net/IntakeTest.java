package io.sluice.loadtest.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.sluice.loadtest.Seed;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IntakeTest {
    private static final int READ_BYTES = 256;

    private final PooledByteBufAllocator alloc = PooledByteBufAllocator.DEFAULT;
    private final ReadBuffer shared = new ReadBuffer(READ_BYTES, alloc);
    private final Intake intake = new Intake(shared);

    @AfterEach
    void close() {
        intake.close();
        shared.close();
    }

    private ByteBuf allocate() {
        return intake.allocator().newHandle().allocate(alloc);
    }

    @Test
    void whatWasLeftStandsBeforeWhatIsRead() {
        ByteBuf first = allocate();
        first.writeBytes(new byte[] {1, 2, 3});
        assertThat(intake.newBytes(first)).isEqualTo(3);
        first.skipBytes(1);
        intake.keepRest(first);

        ByteBuf second = allocate();
        second.writeByte(4);
        assertThat(intake.newBytes(second)).isEqualTo(1);
        assertThat(second.readByte()).isEqualTo((byte) 2);
        assertThat(second.readByte()).isEqualTo((byte) 3);
        assertThat(second.readByte()).isEqualTo((byte) 4);
        intake.keepRest(second);

        ByteBuf third = allocate();
        assertThat(third.isReadable()).isFalse();
        third.release();
    }

    @Test
    void aReadThatBringsNothingKeepsWhatWasLeft() {
        ByteBuf first = allocate();
        intake.keepRest(first.writeByte(1));
        // As Netty does when the socket has nothing.
        allocate().release();

        ByteBuf again = allocate();
        assertThat(again.readByte()).isEqualTo((byte) 1);
        intake.keepRest(again);
    }

    @Test
    void aLimitHoldsForNewBytesOnly() {
        intake.keepRest(allocate().writeBytes(new byte[10]));
        intake.limit(3);
        ByteBuf limited = allocate();
        assertThat(limited.readableBytes()).isEqualTo(10);
        assertThat(limited.writableBytes()).isEqualTo(3);
        intake.keepRest(limited);
    }

    /** Messages of one length byte and that many bytes, read in pieces, some of them larger than the shared buffer. */
    @Test
    void losesNoByteHoweverTheyCome() {
        Seed.check(30, random -> {
            int next = 0;
            int expected = 0;
            for (int read = 0; read < 50; read++) {
                ByteBuf in = allocate();
                for (int i = random.nextInt(Math.min(in.writableBytes(), READ_BYTES) + 1); i > 0; i--) {
                    in.writeByte(next++);
                }
                // Most times nothing is taken: a long message is not complete.
                for (int i = random.nextInt(5) == 0 ? random.nextInt(in.readableBytes() + 1) : 0; i > 0; i--) {
                    assertThat(in.readByte()).isEqualTo((byte) expected++);
                }
                intake.keepRest(in);
            }
            ByteBuf last = allocate();
            while (last.isReadable()) {
                assertThat(last.readByte()).isEqualTo((byte) expected++);
            }
            intake.keepRest(last);
            assertThat(expected).isEqualTo(next);
        });
    }
}

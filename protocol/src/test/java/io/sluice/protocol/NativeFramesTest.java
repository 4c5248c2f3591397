package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class NativeFramesTest {

    @Test
    void aFrameIsItsLengthInFourBytesBigEndianAndThenTheContent() {
        ByteBuf out = Unpooled.buffer();
        NativeFrames.write(out, bytes("abc"));
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("00000003616263");
        out.clear();
        NativeFrames.write(out, new byte[0x0102]);
        assertThat(ByteBufUtil.hexDump(out, 0, 4)).isEqualTo("00000102");
        assertThat(out.readableBytes()).isEqualTo(4 + 0x0102);
    }

    @Test
    void aFrameMayBeEmpty() {
        ByteBuf out = Unpooled.buffer();
        NativeFrames.write(out, new byte[0]);
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("00000000");
    }

    @Test
    void writesTheReadableBytesOfABufferAndConsumesThem() {
        ByteBuf content =
                Unpooled.copiedBuffer("..abc", StandardCharsets.US_ASCII).skipBytes(2);
        ByteBuf out = Unpooled.buffer();
        NativeFrames.write(out, content);
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("00000003616263");
        assertThat(content.isReadable()).isFalse();
    }

    @Test
    void aMessageIsTheDestinationAndThePayload() {
        ByteBuf out = Unpooled.buffer();
        NativeFrames.writeMessage(out, bytes("/t"), bytes("x"));
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("00000002" + "2f74" + "00000001" + "78");
    }

    @Test
    void goodbyeIsAFrameWithoutContent() {
        ByteBuf out = Unpooled.buffer();
        NativeFrames.writeGoodbye(out);
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("00000000");
    }

    @Test
    void knowsHowManyBytesAFrameTakes() {
        ByteBuf out = Unpooled.buffer().writeZero(3);
        NativeFrames.write(out, bytes("abc"));
        NativeFrames.writeGoodbye(out);
        assertThat(NativeFrames.frameBytes(out, 3)).isEqualTo(7);
        assertThat(NativeFrames.frameBytes(out, 10)).isEqualTo(4);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

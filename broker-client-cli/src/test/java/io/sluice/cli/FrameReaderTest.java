package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.cli.FrameReader.FrameTooLongException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class FrameReaderTest {
    @Test
    void takesFramesThatComeTogether() throws IOException {
        FrameReader frames = new FrameReader(new ByteArrayInputStream(wire("one", "", "three")));

        assertThat(frames.hasWholeFrame()).isFalse();
        assertThat(text(frames.next())).isEqualTo("one");
        assertThat(frames.hasWholeFrame()).isTrue();
        assertThat(text(frames.next())).isEmpty();
        assertThat(text(frames.next())).isEqualTo("three");
        assertThat(frames.hasWholeFrame()).isFalse();
        assertThat(frames.next()).isNull();
    }

    @Test
    void takesFramesThatComeByteByByte() throws IOException {
        FrameReader frames = new FrameReader(new ByteByByte(wire("one", "two")));

        assertThat(text(frames.next())).isEqualTo("one");
        assertThat(text(frames.next())).isEqualTo("two");
        assertThat(frames.next()).isNull();
    }

    @Test
    void takesFramesLongerThanItsBuffer() throws IOException {
        String first = "a".repeat(200_000);
        String second = "b".repeat(1_000_000);
        FrameReader frames = new FrameReader(new ByteArrayInputStream(wire("short", first, second, "end")));

        assertThat(text(frames.next())).isEqualTo("short");
        assertThat(text(frames.next())).isEqualTo(first);
        assertThat(text(frames.next())).isEqualTo(second);
        assertThat(text(frames.next())).isEqualTo("end");
    }

    @Test
    void refusesAFrameThatIsTooLong() {
        FrameReader frames = new FrameReader(new ByteArrayInputStream(new byte[] {1, 0, 0, 0}));

        assertThatThrownBy(frames::next)
                .isInstanceOf(FrameTooLongException.class)
                .hasMessageContaining("16777216 bytes")
                .hasMessageContaining("16777215");
    }

    @Test
    void readsLengthsAsUnsigned() {
        FrameReader frames = new FrameReader(new ByteArrayInputStream(new byte[] {-1, -1, -1, -1}));

        assertThatThrownBy(frames::next)
                .isInstanceOf(FrameTooLongException.class)
                .hasMessageContaining("4294967295 bytes");
    }

    @Test
    void tellsAnEndWithinAFrameFromOneBetweenFrames() {
        FrameReader frames = new FrameReader(new ByteArrayInputStream(new byte[] {0, 0, 0, 5, 'a', 'b'}));

        assertThatThrownBy(frames::next).isInstanceOf(EOFException.class);
    }

    private static byte[] wire(String... payloads) {
        ByteBuffer wire = ByteBuffer.allocate(2_000_000);
        for (String payload : payloads) {
            byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
            wire.putInt(bytes.length).put(bytes);
        }
        byte[] all = new byte[wire.position()];
        wire.flip().get(all);
        return all;
    }

    private static @Nullable String text(@Nullable ByteBuffer frame) {
        return frame == null ? null : StandardCharsets.UTF_8.decode(frame).toString();
    }

    private static final class ByteByByte extends InputStream {
        private final InputStream bytes;

        private ByteByByte(byte[] bytes) {
            this.bytes = new ByteArrayInputStream(bytes);
        }

        @Override
        public int read() throws IOException {
            return bytes.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return bytes.read(target, offset, Math.min(length, 1));
        }
    }
}

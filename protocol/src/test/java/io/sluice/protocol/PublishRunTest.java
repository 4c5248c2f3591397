package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PublishRunTest {
    private static final String NAME = "/topic/a";
    private static final int MAX_FRAME_BYTES = 300;

    private final PublishRun run = new PublishRun(bytes(NAME), MAX_FRAME_BYTES);
    private final ByteBuf in = Unpooled.directBuffer();
    private final ByteBuf out = Unpooled.directBuffer(1024, 1024);

    @AfterEach
    void release() {
        in.release();
        out.release();
    }

    @Test
    void takesThePayloadsOfOneDestination() {
        publish(NAME, "a");
        publish(NAME, "");
        publish(NAME, "ccc");
        assertThat(takeAll()).isEqualTo(in.writerIndex());
        assertThat(run.messages()).isEqualTo(3);
        assertThat(run.isOutFull()).isFalse();
        assertThat(payloads(out)).containsExactly("a", "", "ccc");
    }

    @Test
    void appendsToWhatIsThere() {
        publish(NAME, "second");
        NativeFrames.write(out, bytes("first"));
        takeAll();
        assertThat(run.messages()).isEqualTo(1);
        assertThat(payloads(out)).containsExactly("first", "second");
    }

    @Test
    void stopsBeforeAnotherDestination() {
        for (String other : List.of("/topic/b", "/topic/", "/topic/aa", "/Topic/a", "")) {
            in.clear();
            out.clear();
            publish(NAME, "mine");
            int end = in.writerIndex();
            publish(other, "not mine");
            publish(NAME, "later");
            assertThat(takeAll()).as(other).isEqualTo(end);
            assertThat(payloads(out)).as(other).containsExactly("mine");
        }
    }

    @Test
    void comparesEveryByteOfALongName() {
        String name = "/topic/" + "0123456789".repeat(3);
        PublishRun longRun = new PublishRun(bytes(name), MAX_FRAME_BYTES);
        for (int i = 0; i < name.length(); i++) {
            in.clear();
            out.clear();
            publish(name.substring(0, i) + "#" + name.substring(i + 1), "x");
            assertThat(longRun.take(in, 0, in.writerIndex(), out))
                    .as("byte %d", i)
                    .isZero();
            assertThat(longRun.messages()).isZero();
        }
        in.clear();
        publish(name, "x");
        assertThat(longRun.take(in, 0, in.writerIndex(), out)).isEqualTo(in.writerIndex());
    }

    @Test
    void takesOnlyWhatHasComeWhole() {
        publish(NAME, "first");
        int first = in.writerIndex();
        publish(NAME, "second");
        for (int end = 0; end < in.writerIndex(); end++) {
            out.clear();
            assertThat(run.take(in, 0, end, out)).isEqualTo(end < first ? 0 : first);
            assertThat(payloads(out)).hasSize(end < first ? 0 : 1);
        }
    }

    @Test
    void stopsWhereThereIsNoRoom() {
        ByteBuf small = Unpooled.directBuffer(20, 20);
        publish(NAME, "0123456789");
        int first = in.writerIndex();
        publish(NAME, "abc");
        assertThat(run.take(in, 0, in.writerIndex(), small)).isEqualTo(first);
        assertThat(run.isOutFull()).isTrue();
        assertThat(payloads(small)).containsExactly("0123456789");
        small.clear();
        assertThat(run.take(in, first, in.writerIndex(), small)).isEqualTo(in.writerIndex());
        assertThat(run.isOutFull()).isFalse();
        small.release();
    }

    @Test
    void leavesTooLongFramesToTheDecoder() {
        publish(NAME, "x".repeat(MAX_FRAME_BYTES - 4));
        int first = in.writerIndex();
        publish(NAME, "x".repeat(MAX_FRAME_BYTES - 3));
        assertThat(takeAll()).isEqualTo(first);
        for (int length : new int[] {Integer.MIN_VALUE, -1, -4, Integer.MAX_VALUE, Integer.MAX_VALUE - 3}) {
            in.clear();
            out.clear();
            NativeFrames.write(in, bytes(NAME));
            in.writeInt(length).writeZero(100);
            assertThat(takeAll()).as("length %d", length).isZero();
            assertThat(run.messages()).isZero();
        }
    }

    @Test
    void findsWhatIsThereWhereverItIs() {
        Seed.check(500, this::checkRandomStream);
    }

    private void checkRandomStream(Random random) {
        ByteBuf stream = random.nextBoolean() ? Unpooled.directBuffer() : Unpooled.buffer();
        ByteBuf target = Unpooled.directBuffer(4096, 4096);
        int begin = random.nextInt(20);
        stream.writeZero(begin);
        List<String> expected = new ArrayList<>();
        int count = random.nextInt(20);
        for (int i = 0; i < count; i++) {
            String payload = "x".repeat(random.nextInt(100)) + i;
            NativeFrames.writeMessage(stream, bytes(NAME), bytes(payload));
            expected.add(payload);
        }
        int end = stream.writerIndex();
        if (random.nextBoolean()) {
            NativeFrames.writeMessage(stream, bytes("/topic/other"), bytes("x"));
        }
        ByteBuf seen = random.nextBoolean() ? stream : stream.slice();
        assertThat(run.take(seen, begin, stream.writerIndex(), target)).isEqualTo(end);
        assertThat(run.messages()).isEqualTo(count);
        assertThat(payloads(target)).isEqualTo(expected);
        stream.release();
        target.release();
    }

    @Test
    void takesNamesOfAnyLength() {
        for (int length = 1; length <= 40; length++) {
            String name = "n".repeat(length);
            PublishRun named = new PublishRun(bytes(name), MAX_FRAME_BYTES);
            in.clear();
            out.clear();
            publish(name, "a");
            publish(name, "");
            int end = in.writerIndex();
            publish("n".repeat(length - 1) + "m", "b");
            assertThat(named.take(in, 0, in.writerIndex(), out))
                    .as("%d bytes", length)
                    .isEqualTo(end);
            assertThat(payloads(out)).containsExactly("a", "");
        }
    }

    private void publish(String name, String payload) {
        NativeFrames.writeMessage(in, bytes(name), bytes(payload));
    }

    private int takeAll() {
        return run.take(in, 0, in.writerIndex(), out);
    }

    private static List<String> payloads(ByteBuf frames) {
        List<String> payloads = new ArrayList<>();
        for (int index = frames.readerIndex(); index < frames.writerIndex(); ) {
            int bytes = NativeFrames.frameBytes(frames, index);
            payloads.add(frames.toString(index + 4, bytes - 4, StandardCharsets.UTF_8));
            index += bytes;
        }
        return payloads;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

package io.sluice.loadtest.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.loadtest.wire.WireFormat;
import io.sluice.loadtest.wire.WireFormats;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TapeTest {
    private record Message(String destination, int payloadBytes, long stamp, long time) {}

    private static Tape record(WireFormat wire, Sizes sizes, String... destinations) {
        return Tape.record(wire, List.of(destinations), new boolean[destinations.length], sizes);
    }

    /** Reads native publishes back. */
    private static List<Message> read(ByteBuf in) {
        List<Message> messages = new ArrayList<>();
        while (in.isReadable()) {
            String destination =
                    in.readCharSequence(in.readInt(), StandardCharsets.UTF_8).toString();
            int bytes = in.readInt();
            messages.add(new Message(destination, bytes, in.readLong(), in.readLong()));
            in.skipBytes(bytes - Stamp.BYTES);
        }
        return messages;
    }

    @Test
    void fillsABatchWithEqualMessages() {
        Tape tape = record(WireFormats.of("native"), Sizes.fixed(16), "/topic/a");

        int frame = 4 + 8 + 4 + 16;
        assertThat(tape.isUniform()).isTrue();
        assertThat(tape.messages()).isEqualTo(Tape.BATCH_BYTES / frame);
        assertThat(tape.batchEnd(0, Integer.MAX_VALUE)).isEqualTo(tape.messages());
        assertThat(tape.batchEnd(0, 3)).isEqualTo(3);
        assertThat(tape.bytes(0, 3)).isEqualTo(3 * frame);
    }

    @Test
    void stampsEachDestinationOnItsOwn() {
        Tape tape = record(WireFormats.of("native"), Sizes.fixed(20), "/topic/a", "/topic/bb");
        long[] next = {Stamp.of(5, 1, 0), Stamp.of(5, 1, 0)};
        tape.stamp(0, 3, next, 77);
        tape.stamp(3, 4, next, 78);
        ByteBuf out = Unpooled.buffer();
        tape.copy(0, 4, out);

        assertThat(read(out))
                .containsExactly(
                        new Message("/topic/a", 20, Stamp.of(5, 1, 0), 77),
                        new Message("/topic/bb", 20, Stamp.of(5, 1, 0), 77),
                        new Message("/topic/a", 20, Stamp.of(5, 1, 1), 77),
                        new Message("/topic/bb", 20, Stamp.of(5, 1, 1), 78));
        assertThat(next).containsExactly(Stamp.of(5, 1, 2), Stamp.of(5, 1, 2));
    }

    @Test
    void mixesSizesAndCutsBatchesBetweenMessages() {
        Tape tape = record(WireFormats.of("native"), Sizes.parse("16*9,16 KiB*1"), "/topic/a");
        List<Integer> sizes = new ArrayList<>();
        int from = 0;
        while (from < tape.messages()) {
            int to = tape.batchEnd(from, Integer.MAX_VALUE);
            assertThat(tape.bytes(from, to)).isLessThanOrEqualTo(Tape.BATCH_BYTES);
            ByteBuf out = Unpooled.buffer();
            tape.copy(from, to, out);
            read(out).forEach(message -> sizes.add(message.payloadBytes()));
            from = to;
        }
        assertThat(sizes).hasSize(tape.messages()).containsOnly(16, 16 * 1024);
        assertThat(Collections.frequency(sizes, 16)).isBetween(sizes.size() * 8 / 10, sizes.size() * 98 / 100);
    }

    @Test
    void sendsAMessageThatIsLargerThanABatchByItself() {
        Tape tape = record(WireFormats.of("native"), Sizes.fixed(1 << 20), "/topic/a");

        assertThat(tape.messages()).isEqualTo(1);
        assertThat(tape.batchEnd(0, 5)).isEqualTo(1);
    }

    @Test
    void knowsHowManyOfAStretchSomebodyReads() {
        Tape tape = Tape.record(
                WireFormats.of("native"), List.of("a", "b", "c"), new boolean[] {true, false, true}, Sizes.fixed(16));

        assertThat(tape.read(0, 3)).isEqualTo(2);
        assertThat(tape.read(1, 2)).isZero();
        assertThat(tape.read(2, 5)).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"native", "nats", "redis", "mqtt"})
    void changesNothingButTheStamp(String protocol) {
        WireFormat wire = WireFormats.of(protocol);
        Tape tape = record(wire, Sizes.fixed(64), wire.destination("x", 0, false));
        ByteBuf before = Unpooled.buffer();
        tape.copy(0, 2, before);
        tape.stamp(0, 2, new long[] {-1}, -1);
        ByteBuf after = Unpooled.buffer();
        tape.copy(0, 2, after);

        int changed = 0;
        for (int i = 0; i < before.readableBytes(); i++) {
            changed += before.getByte(i) == after.getByte(i) ? 0 : 1;
        }
        assertThat(changed).isEqualTo(2 * Stamp.BYTES);
    }

    @Test
    void refusesToPrepareMoreThanFitsTheMemory() {
        String[] many = Collections.nCopies(300, "/topic/a").toArray(String[]::new);
        assertThatThrownBy(() -> record(WireFormats.of("native"), Sizes.fixed(1 << 20), many))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 MiB to 300 destinations")
                .hasMessageContaining("256 MiB");
    }
}

package io.sluice.loadtest.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.loadtest.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What every wire format has to do. */
abstract class WireFormatContract {
    final WireFormat wire;

    WireFormatContract(String name) {
        this.wire = WireFormats.of(name);
    }

    /** What a broker sends for a message. */
    abstract String delivery(String payload);

    /** Something else that a broker sends to a subscriber, and what is found in it; an empty text if there is nothing. */
    abstract String other();

    abstract List<String> foundInOther();

    static String bytes(Consumer<ByteBuf> writer) {
        ByteBuf out = Unpooled.buffer();
        writer.accept(out);
        return out.toString(ISO_8859_1);
    }

    /** What a publisher sends for a message. */
    final String publish(String destination, String payload) {
        return bytes(out -> {
            wire.beginMessage(out, wire.encodeDestination(destination), payload.length());
            out.writeCharSequence(payload, ISO_8859_1);
            wire.endMessage(out);
        });
    }

    final List<String> decode(String bytes) throws WireException {
        return Conversation.whole(wire.newInbound(true), bytes);
    }

    @Test
    void findsTheSameWhereverTheBytesAreCut() throws WireException {
        String bytes = delivery("first") + other() + delivery("") + delivery("\r\nMSG a 1 3\r\n$3\r\n");
        List<String> expected = new ArrayList<>(List.of("payload first"));
        expected.addAll(foundInOther());
        expected.addAll(List.of("payload ", "payload \r\nMSG a 1 3\r\n$3\r\n"));

        assertThat(decode(bytes)).isEqualTo(expected);
        for (int cut = 0; cut <= bytes.length(); cut++) {
            assertThat(Conversation.inPieces(wire.newInbound(true), bytes, cut))
                    .as("cut at " + cut)
                    .isEqualTo(expected);
        }
    }

    @Test
    void findsTheSameByteByByte() throws WireException {
        String bytes = delivery("first") + other() + delivery("x".repeat(300));
        int[] everywhere = new int[bytes.length()];
        for (int i = 0; i < everywhere.length; i++) {
            everywhere[i] = i;
        }
        assertThat(Conversation.inPieces(wire.newInbound(true), bytes, everywhere))
                .isEqualTo(decode(bytes));
    }

    @Test
    void findsAnyMessagesInAnyPieces() {
        Seed.check(300, random -> {
            StringBuilder bytes = new StringBuilder();
            List<String> expected = new ArrayList<>();
            for (int i = random.nextInt(8); i >= 0; i--) {
                String payload = anyText(random, random.nextInt(400));
                bytes.append(delivery(payload));
                expected.add("payload " + payload);
            }
            int[] cuts = Conversation.someCuts(random, bytes.length());
            assertThat(Conversation.inPieces(wire.newInbound(true), bytes.toString(), cuts))
                    .isEqualTo(expected);
        });
    }

    /** Whatever comes: an answer or a WireException, and nothing else. */
    @Test
    void survivesGarbage() {
        Seed.check(2_000, random -> {
            String valid = delivery(anyText(random, 20)) + other() + delivery("x");
            char[] bytes = valid.toCharArray();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (char) random.nextInt(256);
            }
            String broken = random.nextInt(4) == 0 ? anyText(random, 60) : new String(bytes);
            try {
                Conversation.inPieces(wire.newInbound(true), broken, Conversation.someCuts(random, broken.length()));
            } catch (WireException e) {
                assertThat(e).hasMessageStartingWith("the broker ");
            }
        });
    }

    private static String anyText(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) random.nextInt(256));
        }
        return text.toString();
    }
}

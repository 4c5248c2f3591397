package io.sluice.loadtest.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What a decoder finds in bytes that come in pieces; bytes stand for themselves in texts (ISO 8859-1). */
final class Conversation implements WireFormat.Sink {
    private final List<String> found = new ArrayList<>();

    static List<String> whole(WireFormat.Inbound inbound, String bytes) throws WireException {
        return inPieces(inbound, bytes, bytes.length());
    }

    /** Cut at the positions given, ascending. What a decoder leaves is shown to it again, as the connection does. */
    static List<String> inPieces(WireFormat.Inbound inbound, String bytes, int... cuts) throws WireException {
        Conversation conversation = new Conversation();
        String rest = "";
        int from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int to = i < cuts.length ? cuts[i] : bytes.length();
            // Something else before and behind shows a decoder that looks beyond its bytes.
            ByteBuf in = Unpooled.copiedBuffer("\r\n" + rest + bytes.substring(from, to) + "$9\r\n", ISO_8859_1);
            in.setIndex(2, in.writerIndex() - 4);
            inbound.decode(in, conversation);
            rest = in.toString(ISO_8859_1);
            from = to;
        }
        if (!rest.isEmpty()) {
            conversation.found.add("rest " + rest);
        }
        return conversation.found;
    }

    static int[] someCuts(Random random, int length) {
        return random.ints(random.nextInt(6), 0, length + 1).sorted().toArray();
    }

    @Override
    public void onPayload(ByteBuf buffer, int index, int length) {
        found.add("payload " + buffer.toString(index, length, ISO_8859_1));
    }

    @Override
    public void onReady() {
        found.add("ready");
    }

    @Override
    public void reply(ByteBuf bytes) {
        found.add("reply " + bytes.toString(ISO_8859_1));
        bytes.release();
    }
}

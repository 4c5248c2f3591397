package io.sluice.loadtest.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** NATS core: lines of text, a payload after PUB and MSG. A PONG confirms what was sent before its PING. */
final class NatsWire implements WireFormat {
    private static final byte[] PING = "PING\r\n".getBytes(US_ASCII);
    private static final byte[] PONG = "PONG\r\n".getBytes(US_ASCII);
    private static final byte[] MSG = "MSG ".getBytes(US_ASCII);
    private static final byte[] INFO = "INFO ".getBytes(US_ASCII);
    private static final byte[] OK = "+OK".getBytes(US_ASCII);
    private static final byte[] ERROR = "-ERR".getBytes(US_ASCII);

    @Override
    public String name() {
        return "nats";
    }

    @Override
    public int defaultPort() {
        return 4222;
    }

    @Override
    public boolean hasQueues() {
        return true;
    }

    @Override
    public boolean confirms() {
        return true;
    }

    @Override
    public String destination(String name, int number, boolean queue) {
        return name + "." + number;
    }

    @Override
    public void openPublisher(ByteBuf out, String clientId) {
        connect(out, clientId);
        out.writeBytes(PING);
    }

    @Override
    public void openSubscriber(ByteBuf out, String clientId, String destination, boolean queue) {
        connect(out, clientId);
        out.writeCharSequence("SUB " + destination + (queue ? " workers" : "") + " 1\r\n", US_ASCII);
        out.writeBytes(PING);
    }

    private static void connect(ByteBuf out, String clientId) {
        out.writeCharSequence(
                "CONNECT {\"verbose\":false,\"pedantic\":false,\"tls_required\":false,\"name\":\"" + clientId
                        + "\",\"lang\":\"java\",\"version\":\"1\"}\r\n",
                US_ASCII);
    }

    @Override
    public byte[] encodeDestination(String destination) {
        return ("PUB " + destination + " ").getBytes(US_ASCII);
    }

    @Override
    public void beginMessage(ByteBuf out, byte[] destination, int payloadBytes) {
        out.writeBytes(destination);
        out.writeCharSequence(Integer.toString(payloadBytes), US_ASCII);
        out.writeBytes(TextLines.LINE_END);
    }

    @Override
    public void endMessage(ByteBuf out) {
        out.writeBytes(TextLines.LINE_END);
    }

    @Override
    public void close(ByteBuf out) {}

    @Override
    public Inbound newInbound(boolean subscriber) {
        return NatsWire::decode;
    }

    private static void decode(ByteBuf in, Sink sink) throws WireException {
        int index = in.readerIndex();
        int end = in.writerIndex();
        while (index < end) {
            int lineEnd = TextLines.end(in, index, end);
            if (lineEnd < 0) {
                break;
            }
            int next = lineEnd + TextLines.LINE_END.length;
            if (TextLines.startsWith(in, index, lineEnd, MSG)) {
                int length = TextLines.number(in, lastWord(in, index, lineEnd), lineEnd);
                if (end - next - TextLines.LINE_END.length < length) {
                    break;
                }
                TextLines.expectEnd(in, next + length);
                sink.onPayload(in, next, length);
                next += length + TextLines.LINE_END.length;
            } else {
                control(in, index, lineEnd, sink);
            }
            index = next;
            // After each unit, not at the end: what is thrown at the next must not show this one again.
            in.readerIndex(index);
        }
    }

    private static int lastWord(ByteBuf in, int index, int lineEnd) {
        int at = lineEnd;
        while (at > index && in.getByte(at - 1) != ' ') {
            at--;
        }
        return at;
    }

    private static void control(ByteBuf in, int index, int lineEnd, Sink sink) throws WireException {
        int next = lineEnd + TextLines.LINE_END.length;
        if (TextLines.startsWith(in, index, next, PING)) {
            sink.reply(Unpooled.wrappedBuffer(PONG));
        } else if (TextLines.startsWith(in, index, next, PONG)) {
            sink.onReady();
        } else if (TextLines.startsWith(in, index, lineEnd, ERROR)) {
            throw new WireException("the broker answered " + TextLines.text(in, index, lineEnd));
        } else if (!TextLines.startsWith(in, index, lineEnd, INFO) && !TextLines.startsWith(in, index, lineEnd, OK)) {
            throw new WireException("the broker sent what NATS does not know: " + TextLines.text(in, index, lineEnd));
        }
    }
}

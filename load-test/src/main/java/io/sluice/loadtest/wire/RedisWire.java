package io.sluice.loadtest.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;

/**
 * Redis publish-subscribe in RESP 2. A subscriber receives arrays of three; a publisher a number for each message, which
 * is skipped, as it counts subscribers and says nothing of arrival.
 */
final class RedisWire implements WireFormat {
    private static final byte[] PING = "*1\r\n$4\r\nPING\r\n".getBytes(US_ASCII);
    private static final byte[] MESSAGE = "message".getBytes(US_ASCII);
    private static final byte[] SUBSCRIBE = "subscribe".getBytes(US_ASCII);

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public int defaultPort() {
        return 6379;
    }

    @Override
    public boolean hasQueues() {
        return false;
    }

    @Override
    public boolean confirms() {
        return true;
    }

    @Override
    public String destination(String name, int number, boolean queue) {
        return name + ":" + number;
    }

    @Override
    public void openPublisher(ByteBuf out, String clientId) {
        out.writeBytes(PING);
    }

    @Override
    public void openSubscriber(ByteBuf out, String clientId, String destination, boolean queue) {
        out.writeCharSequence(
                "*2\r\n$9\r\nSUBSCRIBE\r\n$" + destination.length() + "\r\n" + destination + "\r\n", US_ASCII);
    }

    @Override
    public byte[] encodeDestination(String destination) {
        return ("*3\r\n$7\r\nPUBLISH\r\n$" + destination.length() + "\r\n" + destination + "\r\n$").getBytes(US_ASCII);
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
        return new Replies();
    }

    /** Reads replies; of an array that is not complete nothing is taken. */
    private static final class Replies implements Inbound {
        /** Where the bulk string that {@link #bulk} found begins, and its length. */
        private int bulkIndex;

        private int bulkLength;

        @Override
        public void decode(ByteBuf in, Sink sink) throws WireException {
            int end = in.writerIndex();
            int next = in.readerIndex();
            while (next >= 0 && next < end) {
                byte type = in.getByte(next);
                next = type == '*' ? push(in, next, end, sink) : line(in, next, end, type, sink);
                if (next >= 0) {
                    in.readerIndex(next);
                }
            }
        }

        /** A reply of one line. Returns the index after it, or -1 if it is not complete. */
        private static int line(ByteBuf in, int index, int end, byte type, Sink sink) throws WireException {
            int lineEnd = TextLines.end(in, index, end);
            if (lineEnd < 0) {
                return -1;
            }
            if (type == '-') {
                throw new WireException("the broker answered " + TextLines.text(in, index, lineEnd));
            } else if (type == '+') {
                sink.onReady();
            } else if (type != ':') {
                throw unexpected(in, index, lineEnd);
            }
            return lineEnd + TextLines.LINE_END.length;
        }

        /** What a subscriber receives: an array of kind, channel, and payload or number. */
        private int push(ByteBuf in, int index, int end, Sink sink) throws WireException {
            int lineEnd = TextLines.end(in, index, end);
            if (lineEnd < 0) {
                return -1;
            }
            if (lineEnd - index != 2 || in.getByte(index + 1) != '3') {
                throw unexpected(in, index, lineEnd);
            }
            int next = bulk(in, lineEnd + TextLines.LINE_END.length, end);
            if (next < 0) {
                return -1;
            }
            boolean message = isKind(in, MESSAGE);
            if (!message && !isKind(in, SUBSCRIBE)) {
                throw unexpected(in, bulkIndex, bulkIndex + bulkLength);
            }
            next = bulk(in, next, end);
            if (next < 0) {
                return -1;
            }
            return message ? payload(in, next, end, sink) : subscribed(in, next, end, sink);
        }

        private boolean isKind(ByteBuf in, byte[] kind) {
            return bulkLength == kind.length && TextLines.startsWith(in, bulkIndex, bulkIndex + bulkLength, kind);
        }

        private int payload(ByteBuf in, int index, int end, Sink sink) throws WireException {
            int next = bulk(in, index, end);
            if (next >= 0) {
                sink.onPayload(in, bulkIndex, bulkLength);
            }
            return next;
        }

        private static int subscribed(ByteBuf in, int index, int end, Sink sink) throws WireException {
            int lineEnd = TextLines.end(in, index, end);
            if (lineEnd < 0) {
                return -1;
            }
            if (in.getByte(index) != ':') {
                throw unexpected(in, index, lineEnd);
            }
            sink.onReady();
            return lineEnd + TextLines.LINE_END.length;
        }

        /** A bulk string. Returns the index after it, or -1 if it is not complete. */
        private int bulk(ByteBuf in, int index, int end) throws WireException {
            int lineEnd = TextLines.end(in, index, end);
            if (lineEnd < 0) {
                return -1;
            }
            if (in.getByte(index) != '$') {
                throw unexpected(in, index, lineEnd);
            }
            int length = TextLines.number(in, index + 1, lineEnd);
            int content = lineEnd + TextLines.LINE_END.length;
            if (end - content - TextLines.LINE_END.length < length) {
                return -1;
            }
            TextLines.expectEnd(in, content + length);
            bulkIndex = content;
            bulkLength = length;
            return content + length + TextLines.LINE_END.length;
        }

        private static WireException unexpected(ByteBuf in, int from, int to) {
            return new WireException(
                    "the broker sent what a subscriber of Redis does not expect: " + TextLines.text(in, from, to));
        }
    }
}

package io.sluice.loadtest.wire;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** MQTT 3.1.1 with QoS 0 and a clean session, without keep-alive. Sections in comments are of the OASIS standard. */
final class MqttWire implements WireFormat {
    private static final byte[] PROTOCOL = {0, 4, 'M', 'Q', 'T', 'T', 4};
    private static final int CLEAN_SESSION = 0x02;
    private static final int CONNECT = 0x10;
    private static final int CONNACK = 0x20;
    private static final int PUBLISH = 0x30;
    private static final int SUBSCRIBE = 0x82;
    private static final int SUBACK = 0x90;
    private static final int PINGRESP = 0xd0;
    private static final int DISCONNECT = 0xe0;
    private static final int PACKET_ID = 1;

    /** Of CONNACK, by return code (section 3.2.2.3). */
    private static final String[] REFUSALS = {
        "accepted",
        "unacceptable protocol version",
        "identifier rejected",
        "server unavailable",
        "bad user name or password",
        "not authorized"
    };

    @Override
    public String name() {
        return "mqtt";
    }

    @Override
    public int defaultPort() {
        return 1883;
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
        return name + "/" + number;
    }

    @Override
    public void openPublisher(ByteBuf out, String clientId) {
        byte[] id = clientId.getBytes(StandardCharsets.UTF_8);
        out.writeByte(CONNECT);
        writeLength(out, PROTOCOL.length + 1 + 2 + 2 + id.length);
        out.writeBytes(PROTOCOL).writeByte(CLEAN_SESSION).writeShort(0);
        out.writeShort(id.length).writeBytes(id);
    }

    @Override
    public void openSubscriber(ByteBuf out, String clientId, String destination, boolean queue) {
        openPublisher(out, clientId);
        byte[] filter = destination.getBytes(StandardCharsets.UTF_8);
        out.writeByte(SUBSCRIBE);
        writeLength(out, 2 + 2 + filter.length + 1);
        out.writeShort(PACKET_ID).writeShort(filter.length).writeBytes(filter).writeByte(0);
    }

    @Override
    public byte[] encodeDestination(String destination) {
        return destination.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void beginMessage(ByteBuf out, byte[] destination, int payloadBytes) {
        out.writeByte(PUBLISH);
        writeLength(out, 2 + destination.length + payloadBytes);
        out.writeShort(destination.length).writeBytes(destination);
    }

    @Override
    public void endMessage(ByteBuf out) {}

    @Override
    public void close(ByteBuf out) {
        out.writeByte(DISCONNECT).writeByte(0);
    }

    /** The remaining length: seven bits a byte, the lowest first (section 2.2.3). */
    private static void writeLength(ByteBuf out, int length) {
        int rest = length;
        while (rest > 0x7f) {
            out.writeByte(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    @Override
    public Inbound newInbound(boolean subscriber) {
        return (in, sink) -> decode(in, subscriber, sink);
    }

    private static void decode(ByteBuf in, boolean subscriber, Sink sink) throws WireException {
        int index = in.readerIndex();
        int end = in.writerIndex();
        while (end - index >= 2) {
            int type = in.getUnsignedByte(index);
            int lengthEnd = lengthEnd(in, index + 1, end);
            if (lengthEnd < 0) {
                break;
            }
            int length = length(in, index + 1, lengthEnd);
            if (end - lengthEnd < length) {
                break;
            }
            packet(in, type, lengthEnd, length, subscriber, sink);
            index = lengthEnd + length;
            in.readerIndex(index);
        }
    }

    /** The index after the remaining length, or -1 if it is not complete. */
    private static int lengthEnd(ByteBuf in, int from, int end) throws WireException {
        for (int i = from; i < end; i++) {
            if (in.getByte(i) >= 0) {
                return i + 1;
            }
            if (i - from == 3) {
                throw new WireException("the broker sent a remaining length of more than four bytes");
            }
        }
        return -1;
    }

    private static int length(ByteBuf in, int from, int to) throws WireException {
        int length = 0;
        for (int i = to - 1; i >= from; i--) {
            length = length << 7 | in.getByte(i) & 0x7f;
        }
        if (length > MAX_PAYLOAD_BYTES) {
            throw new WireException("the broker announced a packet of " + length + " bytes, at most "
                    + MAX_PAYLOAD_BYTES + " were expected");
        }
        return length;
    }

    private static void packet(ByteBuf in, int type, int index, int length, boolean subscriber, Sink sink)
            throws WireException {
        if ((type & 0xf0) == PUBLISH) {
            publish(in, type, index, length, sink);
        } else if (type == CONNACK && length == 2) {
            int code = in.getUnsignedByte(index + 1);
            if (code != 0) {
                throw new WireException("the broker refused the connection: "
                        + (code < REFUSALS.length ? REFUSALS[code] : "return code " + code));
            }
            if (!subscriber) {
                sink.onReady();
            }
        } else if (type == SUBACK && length == 3) {
            if (in.getUnsignedByte(index + 2) != 0) {
                throw new WireException(
                        "the broker refused the subscription: return code " + in.getUnsignedByte(index + 2));
            }
            sink.onReady();
        } else if (type != PINGRESP || length != 0) {
            throw new WireException(String.format(
                    "the broker sent a packet of type 0x%02x and %d bytes, which is not due", type, length));
        }
    }

    private static void publish(ByteBuf in, int type, int index, int length, Sink sink) throws WireException {
        if ((type & 0x06) != 0) {
            throw new WireException(
                    "the broker sent a message of QoS " + (type >> 1 & 3) + " to a subscriber of QoS 0");
        }
        int topic = length < 2 ? 0 : in.getUnsignedShort(index);
        if (length < 2 + topic) {
            throw new WireException(
                    "the broker sent a message of " + length + " bytes with a topic of " + topic + " bytes");
        }
        sink.onPayload(in, index + 2 + topic, length - 2 - topic);
    }
}

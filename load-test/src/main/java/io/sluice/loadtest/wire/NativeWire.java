package io.sluice.loadtest.wire;

import io.netty.buffer.ByteBuf;
import io.sluice.protocol.NativeFrames;
import java.nio.charset.StandardCharsets;

/** The broker's own protocol: a length before each frame, a subscription first, then pairs of destination and payload. */
final class NativeWire implements WireFormat {
    /** What a publisher subscribes to: nothing. */
    private static final byte[] NOWHERE = "/null".getBytes(StandardCharsets.US_ASCII);

    @Override
    public String name() {
        return "native";
    }

    @Override
    public int defaultPort() {
        return 25000;
    }

    @Override
    public boolean hasQueues() {
        return true;
    }

    @Override
    public boolean confirms() {
        return false;
    }

    @Override
    public String destination(String name, int number, boolean queue) {
        return (queue ? "/queue/" : "/topic/") + name + "/" + number;
    }

    @Override
    public void openPublisher(ByteBuf out, String clientId) {
        NativeFrames.write(out, NOWHERE);
    }

    @Override
    public void openSubscriber(ByteBuf out, String clientId, String destination, boolean queue) {
        NativeFrames.write(out, destination.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public byte[] encodeDestination(String destination) {
        return destination.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void beginMessage(ByteBuf out, byte[] destination, int payloadBytes) {
        NativeFrames.write(out, destination);
        out.writeInt(payloadBytes);
    }

    @Override
    public void endMessage(ByteBuf out) {}

    @Override
    public void close(ByteBuf out) {
        NativeFrames.writeGoodbye(out);
    }

    @Override
    public Inbound newInbound(boolean subscriber) {
        return NativeWire::decode;
    }

    private static void decode(ByteBuf in, Sink sink) throws WireException {
        int index = in.readerIndex();
        int end = in.writerIndex();
        while (end - index >= NativeFrames.HEADER_BYTES) {
            int length = in.getInt(index);
            if (length < 0 || length > MAX_PAYLOAD_BYTES) {
                throw new WireException(
                        "the broker announced a frame of " + Integer.toUnsignedString(length) + " bytes, at most "
                                + MAX_PAYLOAD_BYTES + " were expected: does it speak the native protocol?");
            }
            int payload = index + NativeFrames.HEADER_BYTES;
            if (end - payload < length) {
                break;
            }
            sink.onPayload(in, payload, length);
            index = payload + length;
        }
        in.readerIndex(index);
    }
}

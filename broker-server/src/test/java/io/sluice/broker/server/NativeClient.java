package io.sluice.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A client of the native protocol over a plain socket. */
public final class NativeClient implements AutoCloseable {
    private static final int PATIENCE_MS = 30_000;

    final Socket socket = new Socket();
    private final DataOutputStream out;
    private final DataInputStream in;

    private NativeClient(InetSocketAddress address) throws IOException {
        socket.setSoTimeout(PATIENCE_MS);
        socket.connect(address, PATIENCE_MS);
        out = new DataOutputStream(socket.getOutputStream());
        in = new DataInputStream(socket.getInputStream());
    }

    public static NativeClient connect(Broker broker) throws IOException {
        return new NativeClient(broker.address());
    }

    public static NativeClient subscribe(Broker broker, String destination) throws IOException {
        return connect(broker).frame(destination);
    }

    public NativeClient frame(String content) throws IOException {
        return frames(content);
    }

    /** Several, which the broker reads at once. */
    public NativeClient frames(String... contents) throws IOException {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (String content : contents) {
            byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
            frames.write(ByteBuffer.allocate(4).putInt(bytes.length).array());
            frames.write(bytes);
        }
        // At once: a broker that dislikes a length may have closed the connection before a second write.
        out.write(frames.toByteArray());
        return this;
    }

    public NativeClient publish(String destination, String payload) throws IOException {
        return frame(destination).frame(payload);
    }

    public NativeClient raw(int... bytes) throws IOException {
        for (int value : bytes) {
            out.write(value);
        }
        return this;
    }

    public NativeClient goodbye() throws IOException {
        out.writeInt(0);
        return this;
    }

    public String receive() throws IOException {
        byte[] payload = in.readNBytes(in.readInt());
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** The broker has ended its side, without sending anything more. */
    public void assertEnded() throws IOException {
        int next;
        try {
            next = in.read();
        } catch (SocketException e) {
            next = -1;
        }
        assertThat(next).as("end of the stream").isEqualTo(-1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

package io.sluice.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A client of the native protocol over a plain socket. */
final class NativeClient implements AutoCloseable {
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

    static NativeClient connect(Broker broker) throws IOException {
        return new NativeClient(broker.address());
    }

    static NativeClient subscribe(Broker broker, String destination) throws IOException {
        return connect(broker).frame(destination);
    }

    NativeClient frame(String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
        return this;
    }

    NativeClient publish(String destination, String payload) throws IOException {
        return frame(destination).frame(payload);
    }

    NativeClient raw(int... bytes) throws IOException {
        for (int value : bytes) {
            out.write(value);
        }
        return this;
    }

    NativeClient goodbye() throws IOException {
        out.writeInt(0);
        return this;
    }

    String receive() throws IOException {
        byte[] payload = in.readNBytes(in.readInt());
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** The broker has ended its side, without sending anything more. */
    void assertEnded() throws IOException {
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

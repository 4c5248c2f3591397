package io.sluice.cli;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** The broker's end of the native protocol on a loopback socket, played by the test. */
final class FakeBroker implements Closeable {
    private static final int PATIENCE_MS = (int) TimeUnit.SECONDS.toMillis(20);

    private final ServerSocket server;

    FakeBroker() {
        this(InetAddress.getLoopbackAddress());
    }

    FakeBroker(InetAddress address) {
        this(address, 0);
    }

    FakeBroker(InetAddress address, int port) {
        try {
            server = new ServerSocket(port, 50, address);
            server.setSoTimeout(PATIENCE_MS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return server.getLocalPort();
    }

    Client accept() throws IOException {
        Socket socket = server.accept();
        socket.setSoTimeout(PATIENCE_MS);
        return new Client(socket);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /** One client, seen from the broker. */
    static final class Client implements Closeable {
        private final Socket socket;
        private final DataInputStream in;
        private final DataOutputStream out;

        private Client(Socket socket) throws IOException {
            this.socket = socket;
            in = new DataInputStream(socket.getInputStream());
            out = new DataOutputStream(socket.getOutputStream());
        }

        String readFrame() throws IOException {
            return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
        }

        /** Whether all that is left is the end of the stream. */
        boolean isAtEnd() throws IOException {
            return in.read() < 0;
        }

        void writeFrame(String payload) throws IOException {
            byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
            writeInt(bytes.length);
            write(bytes);
        }

        void writeInt(int value) throws IOException {
            out.writeInt(value);
        }

        void write(byte[] bytes) throws IOException {
            out.write(bytes);
        }

        /** Reads on until the goodbye, and ends the stream upon it. */
        void answerGoodbye() throws IOException {
            while (!readFrame().isEmpty()) {
                // A subscription, or a pair.
            }
            end();
        }

        /** Sends nothing more. */
        void end() throws IOException {
            socket.shutdownOutput();
        }

        /** Closes with a reset. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}

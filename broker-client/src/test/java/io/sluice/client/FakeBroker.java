package io.sluice.client;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The broker's end of the native protocol on loopback sockets, played by the test. Every wait ends after 20 s. */
final class FakeBroker implements Closeable {
    private static final int PATIENCE_MS = (int) TimeUnit.SECONDS.toMillis(20);
    /** Little, so that who does not read is soon felt. */
    private static final int RECEIVE_BYTES = 16 * 1024;

    private final ServerSocket server;

    FakeBroker() {
        this(0);
    }

    /** @param port one that another fake broker had before; 0 for any that is free */
    FakeBroker(int port) {
        try {
            server = new ServerSocket();
            server.setReuseAddress(true);
            server.setReceiveBufferSize(RECEIVE_BYTES);
            server.setSoTimeout(PATIENCE_MS);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return server.getLocalPort();
    }

    /** For a client of this broker, with short pauses. */
    ClientOptions options() {
        return ClientOptions.of("127.0.0.1", port())
                .withReconnectPauses(Duration.ofMillis(10), Duration.ofMillis(50))
                .withCloseTimeout(Duration.ofSeconds(10));
    }

    /** The next connection, whose first frame must name this destination. */
    Peer accept(String destination) throws IOException {
        Peer peer = accept();
        if (!peer.destination.equals(destination)) {
            throw new AssertionError("subscribed to " + peer.destination + ", not to " + destination);
        }
        return peer;
    }

    /** The next connection, which must be the one that publishes. */
    Peer acceptPublisher() throws IOException {
        return accept("/null");
    }

    /** The next connections, by their destinations, in whatever order they come. */
    Map<String, Peer> accept(int connections) throws IOException {
        Map<String, Peer> peers = new HashMap<>();
        for (int i = 0; i < connections; i++) {
            Peer peer = accept();
            peers.put(peer.destination, peer);
        }
        return peers;
    }

    private Peer accept() throws IOException {
        Socket socket = server.accept();
        socket.setSoTimeout(PATIENCE_MS);
        return new Peer(socket);
    }

    /** Listens no more; what was accepted stays. */
    @Override
    public void close() throws IOException {
        server.close();
    }

    /** One connection, seen from the broker. */
    static final class Peer implements Closeable {
        final String destination;
        private final Socket socket;
        private final DataInputStream in;
        private final DataOutputStream out;

        private Peer(Socket socket) throws IOException {
            this.socket = socket;
            in = new DataInputStream(socket.getInputStream());
            out = new DataOutputStream(socket.getOutputStream());
            destination = text(readFrame());
        }

        byte[] readFrame() throws IOException {
            return in.readNBytes(in.readInt());
        }

        /** The payload of a message to this destination. */
        byte[] readMessage(String to) throws IOException {
            String destinationRead = text(readFrame());
            if (!destinationRead.equals(to)) {
                throw new AssertionError("a message to '" + destinationRead + "', not to " + to);
            }
            return readFrame();
        }

        String readText(String to) throws IOException {
            return text(readMessage(to));
        }

        void expectGoodbye() throws IOException {
            int length = in.readInt();
            if (length != 0) {
                throw new AssertionError("a frame of " + length + " bytes, and no goodbye");
            }
        }

        /** Reads to the end of the stream, or to its reset; returns how many bytes that were. */
        long readToEnd() {
            long bytes = 0;
            byte[] some = new byte[8192];
            try {
                for (int read = in.read(some); read >= 0; read = in.read(some)) {
                    bytes += read;
                }
            } catch (IOException e) {
                // A reset is an end as well.
            }
            return bytes;
        }

        void send(String... payloads) throws IOException {
            for (String payload : payloads) {
                send(payload.getBytes(StandardCharsets.UTF_8));
            }
        }

        void send(byte[] payload) throws IOException {
            byte[] frame = new byte[4 + payload.length];
            frame[0] = (byte) (payload.length >>> 24);
            frame[1] = (byte) (payload.length >>> 16);
            frame[2] = (byte) (payload.length >>> 8);
            frame[3] = (byte) payload.length;
            System.arraycopy(payload, 0, frame, 4, payload.length);
            sendRaw(frame);
        }

        void sendRaw(byte... bytes) throws IOException {
            out.write(bytes);
        }

        /** Closes with a reset. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Ends the stream in good order, provided that all was read. */
        @Override
        public void close() throws IOException {
            socket.close();
        }

        private static String text(byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}

package plainsocket;

import static plainsocket.PlainClient.frame;
import static plainsocket.PlainClient.join;
import static plainsocket.PlainClient.utf8;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;

/** Connections that say nothing, or something else. */
final class StrangerChecks {
    private static final long SEED = 0x51_1CEL;
    private static final double EARLIEST_SECONDS = 4.5;

    /** Five, and what a busy machine may take besides; the next timeout would be that of a frame, after 30 s. */
    private static final double LATEST_SECONDS = 15;

    private StrangerChecks() {}

    static List<Check> all() {
        return List.of(
                Check.of("handshake-timeout", StrangerChecks::handshakeTimeout).waiting(),
                Check.of("garbage-first-bytes", StrangerChecks::garbageFirstBytes));
    }

    /** Without a first frame a connection is closed 5 s after accept, whatever trickles in; later it may idle. */
    private static void handshakeTimeout(Trial t) throws Exception {
        String topic = t.topic("t");
        PlainClient idle = t.subscriber(topic);
        byte[] first = frame(utf8(topic));
        List<Future<Double>> waiting = new ArrayList<>();
        for (int sent : new int[] {0, 1, 2, 3, 4, 5, first.length - 1}) {
            waiting.add(t.beside(() -> secondsUntilClosed(t, first, sent, false)));
        }
        waiting.add(t.beside(() -> secondsUntilClosed(t, frame(new byte[1000]), 4, true)));
        for (double seconds : Trial.results(waiting, 40)) {
            if (seconds < EARLIEST_SECONDS || seconds > LATEST_SECONDS) {
                throw new Failure("closed 5 s after accept", "closed after " + seconds + " s");
            }
        }
        t.expectAlive(idle, topic, "no timeout between frames");
    }

    /** Sends the beginning of a first frame, and perhaps goes on slowly, until the broker closes. */
    private static double secondsUntilClosed(Trial t, byte[] first, int sent, boolean trickle) throws Exception {
        long startNs = System.nanoTime();
        PlainClient client = t.connect();
        client.send(first, 0, sent);
        int next = sent;
        while (true) {
            try {
                byte[] message = client.receive(trickle ? 200 : 20_000);
                throw new Failure("closed without a word", message.length + " bytes");
            } catch (SocketTimeoutException e) {
                if (!trickle || (System.nanoTime() - startNs) / 1e9 > LATEST_SECONDS) {
                    throw new Failure("closed 5 s after accept", "open " + (trickle ? "while it trickles" : ""));
                }
                client.sendUnlessClosed(new byte[] {first[next++]});
            } catch (PlainClient.ClosedByBroker e) {
                return (System.nanoTime() - startNs) / 1e9;
            }
        }
    }

    /** First bytes of no protocol close the connection at once, and disturb nobody else. */
    private static void garbageFirstBytes(Trial t) throws Exception {
        String topic = t.topic("t");
        PlainClient listener = t.subscriber(topic);
        for (byte[] noise : noises()) {
            PlainClient client = t.connect();
            client.sendUnlessClosed(noise);
            String shown = HexFormat.of().formatHex(noise, 0, 8);
            try {
                t.expectClosed(client, "first bytes 0x" + shown);
            } catch (IOException e) {
                throw new Failure("first bytes 0x" + shown + ": closed", e.getMessage());
            }
        }
        t.expectAlive(listener, topic, "nobody else disturbed");
    }

    private static List<byte[]> noises() {
        List<byte[]> noises = new ArrayList<>();
        noises.add(utf8("POST /queue/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"));
        noises.add(utf8("DELETE / HTTP/1.1\r\n\r\n"));
        noises.add(utf8("SSH-2.0-OpenSSH_9.6\r\n"));
        byte[] hello = HexFormat.of().parseHex("16030100310100002d0303");
        noises.add(join(hello, new byte[32], HexFormat.of().parseHex("00000213010100000000")));
        // Lengths of a first frame whose first two bytes are not 0, with and without that many bytes.
        noises.add(join(PlainClient.length(Integer.MAX_VALUE), new byte[60]));
        noises.add(frame(new byte[0x1_0000]));
        noises.add(join(PlainClient.length(0x00FF_0000), new byte[60]));
        Random random = new Random(SEED);
        while (noises.size() < 60) {
            byte[] noise = new byte[64];
            random.nextBytes(noise);
            // Not the first bytes of a native frame, of STOMP, MQTT, TLS, HTTP or PROXY.
            if (Arrays.binarySearch(new int[] {0, '\n', '\r', 0x10, 0x16, 'C', 'G', 'P', 'S'}, noise[0]) < 0) {
                noises.add(noise);
            }
        }
        return noises;
    }
}

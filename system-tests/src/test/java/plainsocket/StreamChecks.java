package plainsocket;

import static plainsocket.Numbers.KIB;
import static plainsocket.Numbers.MIB;
import static plainsocket.Numbers.SMALL;
import static plainsocket.PlainClient.frame;
import static plainsocket.PlainClient.join;
import static plainsocket.PlainClient.pair;
import static plainsocket.PlainClient.utf8;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;

/** Payloads byte for byte, and the stream however it is cut. */
final class StreamChecks {
    private static final int LARGEST_FRAME = 16 * MIB - 1;
    private static final long SEED = 0x51_1CEL;

    private StreamChecks() {}

    static List<Check> all() {
        return List.of(
                Check.of("payload-topic", t -> payloads(t, t.topic("t"))),
                Check.of("payload-queue", t -> payloads(t, t.queue("q"))),
                Check.of("frame-above-limit", StreamChecks::frameAboveLimit),
                Check.of("split-single-bytes", StreamChecks::splitSingleBytes),
                Check.of("split-in-two", StreamChecks::splitInTwo),
                Check.of("many-frames-topic", t -> manyFrames(t, t.topic("t"))),
                Check.of("many-frames-queue", t -> manyFrames(t, t.queue("q"))),
                Check.of("pair-cut-off", StreamChecks::pairCutOff),
                Check.of("first-frame-cut-off", StreamChecks::firstFrameCutOff));
    }

    /** Every payload passes byte for byte, from nothing to the largest allowed, each before the next is sent. */
    private static void payloads(Trial t, String destination) throws Exception {
        PlainClient listener = t.subscriber(destination);
        PlainClient sender = t.sender();
        byte[] allBytes = new byte[256];
        for (int i = 0; i < allBytes.length; i++) {
            allBytes[i] = (byte) i;
        }
        byte[] looksLikeFrames = join(new byte[4], frame(utf8("x")), new byte[4]);
        for (byte[] payload : List.of(new byte[0], allBytes, looksLikeFrames, new byte[0], new byte[1])) {
            sender.publish(destination, payload);
            Failure.unlessSame(payload.length + " bytes", payload, listener.receive());
        }
        Random random = new Random(SEED);
        for (int size : new int[] {64 * KIB, 0, MIB, 15 * MIB, LARGEST_FRAME, 0, LARGEST_FRAME}) {
            byte[] payload = new byte[size];
            random.nextBytes(payload);
            // Beside the reading: a broker may push back a publisher while it writes to a subscriber.
            Future<PlainClient> sending = t.beside(() -> {
                sender.publish(destination, payload);
                return sender;
            });
            Failure.unlessSame(size + " bytes", payload, listener.receive(30_000));
            Trial.result(sending);
        }
    }

    /** A length above the limit closes its connection when it is read, and disturbs nobody else. */
    private static void frameAboveLimit(Trial t) throws Exception {
        String topic = t.topic("t");
        PlainClient listener = t.subscriber(topic);
        int number = 0;
        for (int length : new int[] {LARGEST_FRAME + 1, 16 * MIB + 1, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
            for (byte[] before : List.of(new byte[0], frame(utf8(topic)))) {
                PlainClient client = t.sender();
                client.send(join(pair(topic, Numbers.message(number, SMALL)), before, PlainClient.length(length)));
                t.expectClosed(client, "a length of " + Integer.toUnsignedString(length));
                Failure.unlessEqual("what came before it", number, Numbers.numberOf(listener.receive(), SMALL));
                number++;
            }
        }
        t.expectAlive(listener, topic, "nobody else disturbed");
    }

    /** A session written byte by byte is the same session, with and without time to read each byte alone. */
    private static void splitSingleBytes(Trial t) throws Exception {
        List<byte[]> messages = List.of(utf8("one"), new byte[0], new byte[] {0, 0, 0, 1}, new byte[300], utf8("last"));
        for (boolean paced : new boolean[] {false, true}) {
            String topic = t.topic(paced ? "paced" : "unpaced");
            PlainClient client = t.connect();
            byte[] session = session(topic, messages);
            for (int i = 0; i < session.length; i++) {
                client.send(session, i, 1);
                if (paced) {
                    t.roundTrip();
                }
            }
            expectMessages("byte by byte", messages, client);
            client.send(PlainClient.GOODBYE, 0, 3);
            t.roundTrip();
            client.send(PlainClient.GOODBYE, 3, 1);
            t.expectEnd(client, "after goodbye");
        }
    }

    /** A short session cut in two anywhere, with time to read the first part alone, is the same session. */
    private static void splitInTwo(Trial t) throws Exception {
        String topic = t.topic("t");
        List<byte[]> messages = List.of(new byte[0], new byte[] {0, 0, 0, 0}, utf8("last"));
        byte[] session = session(topic, messages);
        for (int cut = 1; cut < session.length; cut++) {
            PlainClient client = t.connect();
            client.send(session, 0, cut);
            t.roundTrip();
            client.send(session, cut, session.length - cut);
            expectMessages("cut at " + cut, messages, client);
            int goodbyeCut = 1 + cut % 3;
            client.send(PlainClient.GOODBYE, 0, goodbyeCut);
            t.roundTrip();
            client.send(PlainClient.GOODBYE, goodbyeCut, 4 - goodbyeCut);
            t.expectEnd(client, "after goodbye");
            client.close();
        }
    }

    private static byte[] session(String topic, List<byte[]> messages) {
        byte[] session = frame(utf8(topic));
        for (byte[] message : messages) {
            session = join(session, pair(topic, message));
        }
        return session;
    }

    private static void expectMessages(String what, List<byte[]> messages, PlainClient client) throws Exception {
        for (byte[] message : messages) {
            Failure.unlessSame(what, message, client.receive());
        }
    }

    /** 100,000 messages in one write, the first frame before them, arrive in order. */
    private static void manyFrames(Trial t, String destination) throws Exception {
        int count = 100_000;
        PlainClient listener = t.subscriber(destination);
        PlainClient sender = t.connect();
        byte[] stream = join(frame(utf8("/null")), Numbers.pairs(destination, 0, count, SMALL));
        Future<PlainClient> sending = t.beside(() -> {
            sender.send(stream);
            return sender;
        });
        List<Integer> came = Numbers.numbersOf(listener.receiveMany(count), SMALL);
        Failure.unlessEqual("all in order", Numbers.range(0, count), came);
        Trial.result(sending);
        t.expectAlive(listener, destination, "nothing twice");
    }

    /** A pair cut off by a close, anywhere, delivers nothing and disturbs nobody; what came before it is routed. */
    private static void pairCutOff(Trial t) throws Exception {
        String topic = t.topic("t");
        PlainClient listener = t.subscriber(topic);
        byte[] cutOff = pair(topic, utf8("cut off"));
        for (int cut = 0; cut < cutOff.length; cut++) {
            PlainClient client = t.connect();
            byte[] before = pair(topic, Numbers.message(cut, SMALL));
            client.send(join(frame(utf8("/null")), before, Arrays.copyOf(cutOff, cut)));
            client.close();
            Failure.unlessEqual("before a cut at " + cut, cut, Numbers.numberOf(listener.receive(), SMALL));
        }
        for (int cut = 1; cut < cutOff.length; cut++) {
            PlainClient client = t.sender();
            client.send(cutOff, 0, cut);
            t.roundTrip();
            client.reset();
        }
        PlainClient client = t.sender();
        client.send(pair(topic, new byte[MIB]), 0, MIB / 2);
        client.close();
        t.expectAlive(listener, topic, "nobody else disturbed");
    }

    /** A first frame cut off by a close, anywhere, subscribes to nothing and disturbs nobody. */
    private static void firstFrameCutOff(Trial t) throws Exception {
        String queue = t.queue("q");
        PlainClient listener = t.subscriber(queue);
        byte[] first = frame(utf8(queue));
        for (int cut = 0; cut < first.length; cut++) {
            PlainClient client = t.connect();
            client.send(first, 0, cut);
            client.halfClose();
            t.expectClosed(client, "a first frame cut off at " + cut);
        }
        t.publishSettled(queue, 0, 100, SMALL);
        List<Integer> came = Numbers.numbersOf(listener.receiveMany(100), SMALL);
        Failure.unlessEqual("all for the only listener", Numbers.range(0, 100), came);
    }
}

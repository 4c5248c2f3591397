package plainsocket;

import static plainsocket.Numbers.SMALL;
import static plainsocket.PlainClient.frame;
import static plainsocket.PlainClient.join;
import static plainsocket.PlainClient.pair;
import static plainsocket.PlainClient.utf8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Destinations: which names are allowed, what they mean, and that no two are mixed up. */
final class NameChecks {
    private static final int LONGEST_NAME = 1024;

    // What looks like UTF-8 and is not.
    private static final List<String> MALFORMED_HEX = List.of(
            // Overlong forms: of the slash, of U+0000, of the last code point that needs a byte less; five bytes.
            "c0af e080af f08080af c080 c1bf e09fbf f08fbfbf f888808080 fc8480808080",
            // Surrogates, alone and as a pair.
            "eda080 edafbf edb080 edbfbf eda0bdedb880",
            // Above U+10FFFF, and bytes that never occur.
            "f4908080 f5808080 f7bfbfbf fe ff",
            // Continuations without a beginning.
            "80 bf 6180 c3a9a9",
            // Sequences cut off by the end, by a character of one byte, by one of two.
            "c3 e282 f09f98 c361 e28261 f09f9861 e2c3a9 e282c3a9 f09fc3a9");

    private NameChecks() {}

    static List<Check> all() {
        return List.of(
                Check.of("null-delivers-nothing", NameChecks::nullDeliversNothing),
                Check.of("prefix-decides-queue", NameChecks::prefixDecidesQueue),
                Check.of("prefix-decides-topic", NameChecks::prefixDecidesTopic),
                Check.of("names-allowed", NameChecks::namesAllowed),
                Check.of("names-distinct", NameChecks::namesDistinct),
                Check.of("names-refused-as-subscription", NameChecks::refusedAsSubscription),
                Check.of("names-refused-as-destination", NameChecks::refusedAsDestination));
    }

    /** Nobody gets what is sent to /null, not even who subscribed to it. */
    private static void nullDeliversNothing(Trial t) throws Exception {
        List<PlainClient> subscribers = List.of(t.subscriber("/null"), t.subscriber("/null"));
        t.publishSettled("/null", 0, 100, SMALL);
        for (PlainClient subscriber : subscribers) {
            subscriber.publish("/null", utf8("to myself"));
            subscriber.goodbye();
            t.expectEnd(subscriber, "a subscriber of /null, after goodbye");
        }
    }

    /** A first segment that is exactly "queue" makes a queue: a message waits, and goes to one of two. */
    private static void prefixDecidesQueue(Trial t) throws Exception {
        String run = Trial.RUN + "j";
        for (String name : List.of("/queue", "/queue/", "/queue/" + run, "/queue//" + run, "/queue/" + run + "/a")) {
            leave(t, drained(t, name));
            t.publishSettled(name, 0, 3, SMALL);
            PlainClient first = t.subscriber(name);
            List<Integer> waited = Numbers.numbersOf(first.receiveMany(3), SMALL);
            Failure.unlessEqual(name + ": waiting messages", Numbers.range(0, 3), waited);
            PlainClient second = t.subscriber(name);
            DeliveryChecks.expectTurns(t.sender(), List.of(first, second), name, 10);
            leave(t, first);
            leave(t, second);
        }
    }

    /** A listener on a queue of a common name, after what others left there. */
    private static PlainClient drained(Trial t, String queue) throws IOException, Failure {
        PlainClient listener = t.subscriber(queue);
        t.publishEnd(queue);
        while (!Numbers.isEnd(listener.receive())) {
            // Left by a run that was interrupted.
        }
        return listener;
    }

    private static void leave(Trial t, PlainClient client) throws IOException, Failure {
        client.goodbye();
        t.expectEnd(client, "after goodbye");
    }

    /** Every other name but /null makes a topic: nothing waits, and two subscribers both get a message. */
    private static void prefixDecidesTopic(Trial t) throws Exception {
        List<String> names = new ArrayList<>(List.of("/queuefoo", "/null/x", "/null/", "queue", "null", "/queues"));
        for (String prefix : List.of("/queuefoo", "/Queue/", "queue/", "//queue/", "/topic/queue/", " /queue/")) {
            names.add(prefix + Trial.RUN);
        }
        for (String prefix : List.of("/null/", "/null", "/NULL/", "//null/", "topic/", "/", "")) {
            names.add(prefix + Trial.RUN);
        }
        for (String name : names) {
            t.publishSettled(name, 0, 3, SMALL);
            List<PlainClient> subscribers = List.of(t.subscriber(name), t.subscriber(name));
            t.publishSettled(name, 3, 6, SMALL);
            for (PlainClient subscriber : subscribers) {
                List<Integer> came = Numbers.numbersOf(subscriber.receiveMany(3), SMALL);
                Failure.unlessEqual(name + ": later messages, for both", Numbers.range(3, 6), came);
                leave(t, subscriber);
            }
        }
    }

    /** A name is 1 to 1,024 bytes of UTF-8; wildcards and $ are only refused where they stand alone or first. */
    private static void namesAllowed(Trial t) throws Exception {
        List<byte[]> names = new ArrayList<>();
        for (String name :
                List.of("x", "/", "//", "///", " ", "~", "a$", "/$x", "/a/$", "topic", "/topic/", "/topic//")) {
            names.add(utf8(name));
        }
        for (String segment : List.of("a*b", "a*", "*b", "**", "a#b", "##", "a+", "++", "->", ">>", "*#", "..", "\\")) {
            names.add(utf8("/topic/" + segment));
            names.add(utf8("/queue/" + Trial.RUN + "/" + segment));
            names.add(utf8(segment));
        }
        for (int edge :
                new int[] {0xA0, 0x7FF, 0x800, 0x2028, 0xD7FF, 0xE000, 0xFEFF, 0xFFFE, 0xFFFF, 0x10000, 0x10FFFF}) {
            names.add(utf8("/topic/" + Character.toString(edge)));
        }
        for (String prefix : List.of("/topic/" + Trial.RUN, "/queue/" + Trial.RUN)) {
            names.add(utf8(prefix + "n".repeat(LONGEST_NAME - 1 - prefix.length())));
            names.add(utf8(prefix + "n".repeat(LONGEST_NAME - prefix.length())));
        }
        names.add(utf8("\u00fc".repeat(LONGEST_NAME / 2)));
        names.add(utf8(Character.toString(0x1F30A).repeat(LONGEST_NAME / 4)));
        for (byte[] name : names) {
            expectAllowed(t, name);
        }
    }

    private static void expectAllowed(Trial t, byte[] name) throws IOException, Failure {
        byte[] own = utf8(Trial.RUN + " " + Arrays.hashCode(name));
        PlainClient client = t.connect();
        client.send(join(frame(name), pair(name, own)));
        try {
            // Some of these names are short, and others may use them.
            while (!Arrays.equals(own, client.receive(5_000))) {
                // Not ours.
            }
        } catch (IOException e) {
            throw new Failure(shown(name) + " as a destination", e.getMessage());
        }
        client.close();
    }

    /** Names are compared as bytes: nothing is folded, normalised, trimmed or collapsed. */
    private static void namesDistinct(Trial t) throws Exception {
        List<List<String>> groups = List.of(
                List.of("/a", "//a", "///a", "/a/", "/a//", "//a/", "/A", "/a ", "/./a", "/%61"),
                List.of("/\u00fc", "/u\u0308", "/u", "/\u00dc", "/\u00fc\ufeff"),
                List.of("/\u00c5", "/\u212b", "/A\u030a"));
        for (List<String> group : groups) {
            List<String> names = group.stream().map(t.topic("t")::concat).toList();
            List<PlainClient> subscribers = new ArrayList<>();
            for (String name : names) {
                subscribers.add(t.subscriber(name));
            }
            PlainClient sender = t.sender();
            for (String prefix : List.of("1 ", "2 ")) {
                for (String name : names) {
                    sender.publish(name, utf8(prefix + name));
                }
            }
            for (int i = 0; i < names.size(); i++) {
                for (String prefix : List.of("1 ", "2 ")) {
                    byte[] came = subscribers.get(i).receive();
                    Failure.unlessSame("only what was sent to " + names.get(i), utf8(prefix + names.get(i)), came);
                }
            }
        }
    }

    /** An invalid name as first frame closes the connection, and disturbs nobody else. */
    private static void refusedAsSubscription(Trial t) throws Exception {
        String topic = t.topic("t");
        PlainClient listener = t.subscriber(topic);
        List<byte[]> names = refused();
        names.add(new byte[0]);
        for (byte[] name : names) {
            PlainClient client = t.connect();
            client.sendUnlessClosed(frame(name));
            t.expectClosed(client, "first frame " + shown(name));
        }
        t.expectAlive(listener, topic, "nobody else disturbed");
    }

    /** An invalid destination closes the connection; what came before was routed, and nobody else is disturbed. */
    private static void refusedAsDestination(Trial t) throws Exception {
        String topic = t.topic("t");
        PlainClient listener = t.subscriber(topic);
        List<byte[]> names = refused();
        names.add(new byte[Numbers.MIB]);
        int number = 0;
        for (byte[] name : names) {
            PlainClient client = t.sender();
            client.sendUnlessClosed(join(pair(topic, Numbers.message(number, SMALL)), pair(name, utf8("never"))));
            t.expectClosed(client, "destination " + shown(name));
            Failure.unlessEqual("what came before it", number, Numbers.numberOf(listener.receive(), SMALL));
            number++;
        }
        t.expectAlive(listener, topic, "nobody else disturbed");
    }

    /** Names that are refused, as first frame and as destination. */
    private static List<byte[]> refused() {
        List<byte[]> names = new ArrayList<>();
        for (int control = 0; control < 0xA0; control++) {
            if (control < 0x20 || control >= 0x7F) {
                names.add(utf8("/topic/a" + (char) control));
                names.add(utf8((char) control + "/topic"));
            }
        }
        for (String name : List.of("$", "$x", "$SYS/a", "$/topic/a", "$/queue")) {
            names.add(utf8(name));
        }
        for (String wildcard : List.of("*", "#", "+", ">")) {
            for (String pattern : List.of("%s", "/%s", "%s/", "/topic/%s", "/a/%s/b", "%s/a", "/queue/%s", "//%s//")) {
                names.add(utf8(pattern.replace("%s", wildcard)));
            }
        }
        for (String line : MALFORMED_HEX) {
            for (String hex : line.split(" ", -1)) {
                byte[] malformed = HexFormat.of().parseHex(hex);
                names.add(malformed);
                names.add(join(utf8("/topic/"), malformed));
            }
        }
        names.add(join(utf8("n".repeat(LONGEST_NAME - 1)), new byte[] {(byte) 0xC3}));
        names.add(utf8("n".repeat(LONGEST_NAME + 1)));
        names.add(utf8("n".repeat(0xFFFF)));
        // More than 1,024 bytes in fewer characters.
        names.add(utf8("\u00fc".repeat(LONGEST_NAME / 2) + "n"));
        names.add(utf8("\u20ac".repeat(LONGEST_NAME / 3) + "nn"));
        return names;
    }

    private static String shown(byte[] name) {
        String hex = HexFormat.of().formatHex(name, 0, Math.min(name.length, 24));
        return "of " + name.length + " bytes, 0x" + hex + (name.length > 24 ? "..." : "");
    }
}

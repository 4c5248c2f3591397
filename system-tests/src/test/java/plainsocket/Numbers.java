package plainsocket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Numbered messages: what a check publishes, and how it tells that nothing is missing, doubled, moved or altered. */
final class Numbers {
    static final int SMALL = 4;
    static final int KIB = 1024;
    static final int MIB = 1024 * KIB;

    private static final byte[] END = PlainClient.utf8("-- end --");

    private Numbers() {}

    /** A payload that carries its number in the first four bytes, and a filling that follows from it. */
    static byte[] message(int number, int size) {
        byte[] payload = new byte[size];
        ByteBuffer.wrap(payload).putInt(number);
        for (int i = 4; i < size; i++) {
            payload[i] = (byte) (number * 31 + i);
        }
        return payload;
    }

    /** The number of a payload, after every byte of it was compared. */
    static int numberOf(byte[] payload, int size) throws Failure {
        if (payload.length != size) {
            throw new Failure("a payload of " + size + " bytes", payload.length + " bytes");
        }
        int number = ByteBuffer.wrap(payload).getInt();
        Failure.unlessSame("message " + number, message(number, size), payload);
        return number;
    }

    /** The numbers of payloads, in the order they came. */
    static List<Integer> numbersOf(List<byte[]> payloads, int size) throws Failure {
        List<Integer> numbers = new ArrayList<>(payloads.size());
        for (byte[] payload : payloads) {
            numbers.add(numberOf(payload, size));
        }
        return numbers;
    }

    /** From first to end - 1. */
    static List<Integer> range(int first, int end) {
        return IntStream.range(first, end).boxed().toList();
    }

    /** The pairs that publish the messages first to end - 1. */
    static byte[] pairs(String destination, int first, int end, int size) {
        byte[] head = PlainClient.join(PlainClient.frame(PlainClient.utf8(destination)), PlainClient.length(size));
        ByteBuffer pairs = ByteBuffer.allocate((end - first) * (head.length + size));
        for (int number = first; number < end; number++) {
            pairs.put(head).put(message(number, size));
        }
        return pairs.array();
    }

    /** Publishes the messages first to end - 1, in writes of about 1 MiB. */
    static void publish(PlainClient sender, String destination, int first, int end, int size) throws IOException {
        int step = Math.max(1, MIB / (size + destination.length() + 8));
        for (int from = first; from < end; from += step) {
            sender.send(pairs(destination, from, Math.min(end, from + step), size));
        }
    }

    /** Publishes what tells a subscriber that nothing is missing any more. */
    static void publishEnd(PlainClient sender, String destination) throws IOException {
        sender.publish(destination, END);
    }

    static boolean isEnd(byte[] payload) {
        return Arrays.equals(END, payload);
    }

    /** The numbers of all messages before the end mark. */
    static List<Integer> receiveUntilEnd(PlainClient client, int size) throws IOException, Failure {
        List<Integer> numbers = new ArrayList<>();
        while (true) {
            byte[] payload = client.receive();
            if (isEnd(payload)) {
                return numbers;
            }
            numbers.add(numberOf(payload, size));
        }
    }
}

package io.sluice.systemtest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import plainsocket.PlainClient;

/**
 * Payloads that tell when one is missing, torn or altered: the number at both ends, and a known pattern between.
 *
 * <p>One instance publishes over one connection to one destination, on one thread, in writes of about 256 KiB.
 */
final class NumberedMessages implements AutoCloseable {
    /** The smallest payload: the number twice. */
    static final int SMALLEST_BYTES = 16;

    /** The largest payload. */
    static final int LARGEST_BYTES = 256 * 1024;

    private static final int WRITE_BYTES = 256 * 1024;
    private static final byte[] PATTERN = new byte[LARGEST_BYTES];

    static {
        for (int i = 0; i < PATTERN.length; i++) {
            PATTERN[i] = (byte) (i * 31 + (i >> 8));
        }
    }

    private final PlainClient client;
    private final byte[] destination;
    private final ByteBuffer pairs;
    private long payloadBytes;

    /** Connects; publishes nothing yet. */
    NumberedMessages(int port, String destination) throws IOException {
        this.client = new PlainClient("127.0.0.1", port);
        this.destination = PlainClient.frame(PlainClient.utf8(destination));
        this.pairs = ByteBuffer.allocate(WRITE_BYTES + this.destination.length + 4 + LARGEST_BYTES);
        client.subscribe("/null");
    }

    /** Publishes one message, with a write of its own only when enough have come together. */
    void publish(long number, int size) throws IOException {
        pairs.put(destination).putInt(size).putLong(number);
        pairs.put(PATTERN, 0, size - SMALLEST_BYTES).putLong(number);
        payloadBytes += size;
        if (pairs.position() >= WRITE_BYTES) {
            flush();
        }
    }

    /** Publishes the messages first to end - 1, all of one size. */
    void publish(long first, long end, int size) throws IOException {
        for (long number = first; number < end; number++) {
            publish(number, size);
        }
        flush();
    }

    /** Writes what has come together. */
    void flush() throws IOException {
        client.send(pairs.array(), 0, pairs.position());
        pairs.clear();
    }

    /** All that was published, in bytes of payload. */
    long payloadBytes() {
        return payloadBytes;
    }

    /** Says goodbye: the end of stream confirms that the broker has routed all that was published. */
    void settle() throws IOException {
        flush();
        client.goodbye();
        PlainClient.Rest rest = client.receiveRest(60_000);
        if (!rest.frames().isEmpty() || rest.ending() != PlainClient.Ending.CLEAN) {
            throw new AssertionError("after goodbye: " + rest);
        }
    }

    @Override
    public void close() {
        client.close();
    }

    /** Publishes the messages first to end - 1 to a destination; when it returns, they have been routed. */
    static void publishSettled(int port, String destination, long first, long end, int size) throws IOException {
        try (NumberedMessages messages = new NumberedMessages(port, destination)) {
            messages.publish(first, end, size);
            messages.settle();
        }
    }

    /** A payload. */
    static byte[] payload(long number, int size) {
        return ByteBuffer.allocate(size)
                .putLong(number)
                .put(PATTERN, 0, size - SMALLEST_BYTES)
                .putLong(number)
                .array();
    }

    /** The number of a payload, after every byte of it was looked at. */
    static long numberOf(byte[] payload) {
        if (payload.length < SMALLEST_BYTES) {
            throw new AssertionError("a payload of " + payload.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(payload);
        long number = in.getLong();
        int patternBytes = payload.length - SMALLEST_BYTES;
        if (in.getLong(payload.length - Long.BYTES) != number
                || !Arrays.equals(payload, Long.BYTES, Long.BYTES + patternBytes, PATTERN, 0, patternBytes)) {
            throw new AssertionError("message " + number + " of " + payload.length + " bytes is torn or altered");
        }
        return number;
    }
}

package io.sluice.systemtest;

import static plainsocket.PlainClient.frame;
import static plainsocket.PlainClient.join;
import static plainsocket.PlainClient.pair;
import static plainsocket.PlainClient.utf8;

import io.sluice.broker.metrics.CloseReason;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Makes streams of bytes that are native sessions, but for some bytes. Most begin with a valid first frame, so that what
 * is wrong is found by the part of the broker that comes after it.
 */
final class FuzzGenerator {
    private static final int MOST_PAIRS = 12;
    private static final String[] NAMES = {
        "/topic/fuzz/0",
        "/topic/fuzz/1",
        "/topic/fuzz/ü",
        "/topic//fuzz/",
        "/queue/fuzz/0",
        "/queue/fuzz/1",
        "/queue",
        "/queuefuzz",
        "/null",
        "/null/fuzz",
        "x"
    };
    private static final byte[][] BAD_NAMES = {
        {},
        {'$', 'x'},
        {'/', '#', '/'},
        {'/', 'a', '/', '*'},
        {'/', 0},
        {'/', 0x1f, 'x'},
        {'/', 0x7f},
        {'/', (byte) 0xc2, (byte) 0x9f},
        {'/', (byte) 0xc0, (byte) 0xaf},
        {'/', (byte) 0xed, (byte) 0xa0, (byte) 0x80},
        {'/', (byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
        {'/', (byte) 0xe2, (byte) 0x82},
        {(byte) 0xff}
    };

    private final Random random;
    private final int maxFrameBytes;

    FuzzGenerator(Random random, int maxFrameBytes) {
        this.random = random;
        this.maxFrameBytes = maxFrameBytes;
    }

    /** Any stream. */
    byte[] any() {
        if (chance(8)) {
            return stranger();
        }
        List<byte[]> frames = new ArrayList<>();
        frames.add(chance(3) ? frame(badName()) : frame(utf8(name())));
        int pairs = random.nextInt(MOST_PAIRS + 1);
        for (int i = 0; i < pairs; i++) {
            frames.add(frame(utf8(name())));
            frames.add(frame(payload()));
        }
        switch (random.nextInt(8)) {
            case 0, 1 -> frames.add(new byte[4]);
            case 2 -> frames.add(pair(badName(), payload()));
            case 3 -> frames.add(frame(utf8(name())));
            case 4 -> frames.set(random.nextInt(1, frames.size() + 1) - 1, length(boundary()));
            default -> {}
        }
        byte[] stream = join(frames.toArray(byte[][]::new));
        int intact = chance(12)
                ? 0
                : Math.min(stream.length, 4 + ByteBuffer.wrap(frames.get(0)).getInt());
        int mutations = chance(60) ? 1 + random.nextInt(3) : 0;
        for (int i = 0; i < mutations; i++) {
            stream = mutated(stream, Math.max(0, Math.min(intact, stream.length)));
        }
        return stream;
    }

    /** A stream whose session is open when all of it has been read, and in the state that is asked for. */
    byte[] open(CloseReason timeout) {
        switch (timeout) {
            case HANDSHAKE_TIMEOUT:
                // Of the second zero on it is a frame of the native protocol, for which there is a timeout of its own.
                return new byte[random.nextInt(2)];
            case FRAME_TIMEOUT:
                return find(stream -> stream.violation() == null && stream.withinFrame() && stream.handshake());
            default:
                return find(stream -> stream.violation() == null && !stream.withinFrame() && stream.handshake());
        }
    }

    private byte[] find(java.util.function.Predicate<FuzzStream> wanted) {
        byte[] stream;
        do {
            stream = any();
        } while (!wanted.test(FuzzStream.read(stream, maxFrameBytes)));
        return stream;
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private String name() {
        return NAMES[random.nextInt(NAMES.length)];
    }

    private byte[] badName() {
        return chance(20) ? new byte[1025 + random.nextInt(100)] : BAD_NAMES[random.nextInt(BAD_NAMES.length)];
    }

    private byte[] payload() {
        int size = switch (random.nextInt(20)) {
            case 0 -> maxFrameBytes - random.nextInt(3);
            case 1 -> random.nextInt(maxFrameBytes);
            case 2, 3 -> 0;
            case 4 -> 1;
            default -> random.nextInt(600);
        };
        byte[] payload = new byte[size];
        random.nextBytes(payload);
        return payload;
    }

    private byte[] stranger() {
        byte[] bytes = new byte[1 + random.nextInt(40)];
        random.nextBytes(bytes);
        bytes[0] = (byte) (bytes[0] == 0 ? 'G' : bytes[0]);
        return chance(50) ? bytes : utf8("GET /" + random.nextInt() + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    private long boundary() {
        long[] lengths = {
            0,
            1,
            1023,
            1024,
            1025,
            65_535,
            65_536,
            maxFrameBytes - 1,
            maxFrameBytes,
            maxFrameBytes + 1,
            1 << 24,
            Integer.MAX_VALUE,
            1L << 31,
            (1L << 32) - 1
        };
        return lengths[random.nextInt(lengths.length)];
    }

    private static byte[] length(long length) {
        return ByteBuffer.allocate(4).putInt((int) length).array();
    }

    /** The stream with something changed from a position on. */
    private byte[] mutated(byte[] stream, int from) {
        if (stream.length == from) {
            return join(stream, frame(utf8(name())), frame(payload()));
        }
        int at = random.nextInt(from, stream.length);
        int run = Math.min(stream.length - at, 1 + random.nextInt(chance(80) ? 4 : 400));
        byte[] head = Arrays.copyOf(stream, at);
        byte[] some = Arrays.copyOfRange(stream, at, at + run);
        byte[] tail = Arrays.copyOfRange(stream, at + run, stream.length);
        switch (random.nextInt(7)) {
            case 0:
                byte[] flipped = stream.clone();
                flipped[at] ^= (byte) (1 << random.nextInt(8));
                return flipped;
            case 1:
                return join(head, some, some, tail);
            case 2:
                return join(head, tail);
            case 3:
                return head;
            case 4:
                random.nextBytes(some);
                return join(head, some, tail);
            case 5:
                return join(head, length(boundary()), some, tail);
            default:
                ByteArrayOutputStream mixed = new ByteArrayOutputStream();
                mixed.writeBytes(head);
                mixed.writeBytes(tail);
                mixed.writeBytes(some);
                return mixed.toByteArray();
        }
    }

    /** Where to cut a stream into writes: positions in ascending order, none for one write. */
    int[] cuts(int length) {
        if (length < 2 || chance(40)) {
            return new int[0];
        }
        if (length < 200 && chance(5)) {
            return java.util.stream.IntStream.range(1, length).toArray();
        }
        return random.ints(1 + random.nextInt(8), 1, length).sorted().distinct().toArray();
    }
}

package io.sluice.broker.protocols.nativewire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/**
 * Makes streams of bytes that are native sessions, but for some bytes. Most begin with a valid first frame, so that what
 * is wrong is found by what comes after it.
 */
final class FuzzStreams {
    private static final int MOST_PAIRS = 9;
    private static final int LONGEST_NAME = 1024;
    private static final String[] NAMES = {
        "/topic/a",
        "/topic/a",
        "/topic/b",
        "/topic//ü",
        "/queue/a",
        "/queue/a",
        "/queue",
        "/queuefoo",
        "/null",
        "/null/x"
    };
    private static final byte[][] BAD_NAMES = {
        {},
        {'$', 'x'},
        {'/', '#', '/'},
        {'/', 'a', '/', '*'},
        {'+'},
        {'/', '>'},
        {'/', 0},
        {'/', 0x1f, 'x'},
        {'/', 0x7f},
        {(byte) 0xc2, (byte) 0x9f},
        {(byte) 0xc0, (byte) 0xaf},
        {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
        {'/', (byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
        {'/', (byte) 0xe2, (byte) 0x82},
        {(byte) 0xff}
    };

    private final Random random;
    private final int maxFrameBytes;

    FuzzStreams(Random random, int maxFrameBytes) {
        this.random = random;
        this.maxFrameBytes = maxFrameBytes;
    }

    byte[] next() {
        if (chance(4)) {
            return new byte[random.nextInt(2)];
        }
        if (chance(5)) {
            return noise(random.nextInt(30));
        }
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(chance(3) ? frame(badName()) : frame(name()));
        int intact = stream.size();
        pairs(stream);
        if (chance(25)) {
            // Goodbye, after which nothing counts.
            stream.writeBytes(new byte[4]);
            if (chance(25)) {
                pairs(stream);
            }
        } else if (chance(8)) {
            stream.writeBytes(frame(name()));
        } else if (chance(12)) {
            stream.writeBytes(length(boundary()));
        }
        byte[] bytes = stream.toByteArray();
        int from = chance(8) ? 0 : intact;
        for (int mutations = chance(50) ? 1 + random.nextInt(3) : 0; mutations > 0; mutations--) {
            bytes = mutated(bytes, Math.min(from, bytes.length));
        }
        return bytes;
    }

    private void pairs(ByteArrayOutputStream stream) {
        byte[] favourite = name();
        boolean faithful = chance(40);
        for (int pairs = random.nextInt(MOST_PAIRS + 1); pairs > 0; pairs--) {
            stream.writeBytes(frame(chance(2) ? badName() : faithful ? favourite : name()));
            stream.writeBytes(frame(payload()));
        }
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        random.nextBytes(noise);
        return noise;
    }

    private byte[] name() {
        if (chance(1)) {
            byte[] longest = new byte[LONGEST_NAME];
            Arrays.fill(longest, (byte) 'n');
            return longest;
        }
        String name = chance(8) ? "/queue/" + random.nextInt() : NAMES[random.nextInt(NAMES.length)];
        return name.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] badName() {
        return chance(20) ? new byte[LONGEST_NAME + 1] : BAD_NAMES[random.nextInt(BAD_NAMES.length)];
    }

    private byte[] payload() {
        return switch (random.nextInt(24)) {
            case 0 -> noise(random.nextInt(maxFrameBytes + 1));
            case 1 -> noise(maxFrameBytes - random.nextInt(2));
            case 2, 3 -> new byte[0];
            default -> noise(random.nextInt(300));
        };
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

    static byte[] frame(byte[] content) {
        return ByteBuffer.allocate(4 + content.length)
                .putInt(content.length)
                .put(content)
                .array();
    }

    private static byte[] length(long length) {
        return ByteBuffer.allocate(4).putInt((int) length).array();
    }

    /** The stream with something changed, doubled, removed, cut off, put in or made noise of, from a position on. */
    private byte[] mutated(byte[] stream, int from) {
        if (from == stream.length) {
            return stream;
        }
        int at = random.nextInt(from, stream.length);
        int end = Math.min(stream.length, at + 1 + random.nextInt(chance(80) ? 4 : 400));
        ByteArrayOutputStream mutated = new ByteArrayOutputStream();
        mutated.write(stream, 0, at);
        switch (random.nextInt(6)) {
            case 0 -> {
                mutated.write(stream[at] ^ 1 << random.nextInt(8));
                mutated.write(stream, at + 1, stream.length - at - 1);
            }
            case 1 -> {
                mutated.write(stream, at, end - at);
                mutated.write(stream, at, stream.length - at);
            }
            case 2 -> mutated.write(stream, end, stream.length - end);
            case 3 -> {
                // Cut off.
            }
            case 4 -> {
                mutated.writeBytes(length(boundary()));
                mutated.write(stream, at, stream.length - at);
            }
            default -> {
                mutated.writeBytes(noise(end - at));
                mutated.write(stream, end, stream.length - end);
            }
        }
        return mutated.toByteArray();
    }
}

package io.sluice.protocol;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which names a destination may have: 1 to 1,024 bytes of UTF-8 without control characters (U+0000–1F, U+007F–9F), not
 * beginning with {@code $}, and without a segment that is exactly {@code *}, {@code #}, {@code +} or {@code >}.
 */
public final class DestinationNames {
    /** The longest name, in bytes of UTF-8. */
    public static final int MAX_BYTES = 1024;

    private static final byte[] QUEUE = "/queue".getBytes(StandardCharsets.US_ASCII);

    private DestinationNames() {}

    /** Whether a name is that of a queue: its first segment is {@code queue}, as a whole. */
    public static boolean isQueue(byte[] name) {
        boolean startsAsQueue =
                name.length >= QUEUE.length && Arrays.equals(name, 0, QUEUE.length, QUEUE, 0, QUEUE.length);
        return startsAsQueue && (name.length == QUEUE.length || name[QUEUE.length] == '/');
    }

    /**
     * Says what is wrong with a name.
     *
     * @return null if the name is valid, otherwise what is wrong, to be put after "invalid name: "
     */
    public static @Nullable String problem(ByteBuf buffer, int index, int length) {
        byte[] name = new byte[Math.min(length, MAX_BYTES + 1)];
        buffer.getBytes(index, name);
        return problem(name, length);
    }

    /** As {@link #problem(ByteBuf, int, int)}, for bytes at hand. */
    public static @Nullable String problem(byte[] name) {
        return problem(name, name.length);
    }

    private static @Nullable String problem(byte[] name, int length) {
        if (length == 0) {
            return "it is empty";
        }
        if (length > MAX_BYTES) {
            return "it has " + length + " bytes, at most " + MAX_BYTES + " are allowed";
        }
        if (name[0] == '$') {
            return "names that begin with $ are kept for the system";
        }
        String characters = charactersProblem(name);
        return characters != null ? characters : segmentsProblem(name);
    }

    private static @Nullable String charactersProblem(byte[] name) {
        int i = 0;
        while (i < name.length) {
            int first = name[i] & 0xff;
            if (first < 0x80) {
                if (first < 0x20 || first == 0x7f) {
                    return String.format("control character U+%04X at byte %d", first, i);
                }
                i++;
                continue;
            }
            int codePoint = decodeMultiByte(name, i);
            if (codePoint < 0) {
                return String.format("not UTF-8 at byte %d (0x%02X)", i, first);
            }
            if (codePoint <= 0x9f) {
                return String.format("control character U+%04X at byte %d", codePoint, i);
            }
            i += codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
        }
        return null;
    }

    /** The code point of the sequence at {@code i}, or -1 if it is cut, overlong, a surrogate or beyond U+10FFFF. */
    private static int decodeMultiByte(byte[] name, int i) {
        int first = name[i] & 0xff;
        int more = first >= 0xf0 && first <= 0xf4
                ? 3
                : first >= 0xe0 && first < 0xf0 ? 2 : first >= 0xc2 && first < 0xe0 ? 1 : 0;
        if (more == 0 || i + more >= name.length) {
            return -1;
        }
        int codePoint = first & (0x3f >> more);
        for (int k = 1; k <= more; k++) {
            int next = name[i + k] & 0xff;
            if ((next & 0xc0) != 0x80) {
                return -1;
            }
            codePoint = codePoint << 6 | next & 0x3f;
        }
        boolean overlong = more == 2 && codePoint < 0x800 || more == 3 && codePoint < 0x10000;
        boolean surrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
        return overlong || surrogate || codePoint > 0x10ffff ? -1 : codePoint;
    }

    private static @Nullable String segmentsProblem(byte[] name) {
        int start = 0;
        for (int i = 0; i <= name.length; i++) {
            if (i == name.length || name[i] == '/') {
                if (i - start == 1 && isWildcard(name[start])) {
                    return "the segment " + (char) name[start] + " is kept for wildcards";
                }
                start = i + 1;
            }
        }
        return null;
    }

    private static boolean isWildcard(byte character) {
        return character == '*' || character == '#' || character == '+' || character == '>';
    }
}

package io.sluice.systemtest;

import io.sluice.broker.metrics.CloseReason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a stream of bytes means in the native protocol: a second reading of the specification, which shares nothing with
 * the broker's.
 *
 * @param handshake whether it begins with a valid first frame
 * @param violation for what the broker closes the connection when it has read the stream, goodbye included; null for
 *     nothing
 * @param torn whether it ends within a frame, or between a destination and its payload
 * @param withinFrame whether it ends within a frame
 * @param subscribedTo the first name, if it is valid
 * @param publishedTo the name each complete message goes to, in order
 */
record FuzzStream(
        boolean handshake,
        @Nullable CloseReason violation,
        boolean torn,
        boolean withinFrame,
        @Nullable String subscribedTo,
        List<String> publishedTo) {
    private static final int MAX_NAME_BYTES = 1024;

    static FuzzStream read(byte[] stream, int maxFrameBytes) {
        if (stream.length > 0 && stream[0] != 0 || stream.length > 1 && stream[1] != 0) {
            return new FuzzStream(false, CloseReason.UNKNOWN_PROTOCOL, false, false, null, List.of());
        }
        ByteBuffer rest = ByteBuffer.wrap(stream);
        List<String> publishedTo = new ArrayList<>();
        String first = null;
        String destination = null;
        CloseReason violation = null;
        while (violation == null && rest.remaining() >= 4) {
            rest.mark();
            long length = rest.getInt() & 0xffff_ffffL;
            boolean isName = destination == null;
            if (length > maxFrameBytes) {
                violation = CloseReason.FRAME_TOO_LONG;
            } else if (isName && length > MAX_NAME_BYTES) {
                violation = CloseReason.INVALID_NAME;
            } else if (rest.remaining() < length) {
                rest.reset();
                break;
            } else {
                byte[] content = new byte[(int) length];
                rest.get(content);
                if (!isName) {
                    publishedTo.add(destination);
                    destination = null;
                } else if (first != null && length == 0) {
                    violation = CloseReason.GOODBYE;
                } else {
                    String name = name(content);
                    violation = name == null ? CloseReason.INVALID_NAME : null;
                    if (first == null) {
                        first = name;
                    } else {
                        destination = name;
                    }
                }
            }
        }
        boolean withinFrame = violation == null && rest.hasRemaining();
        boolean torn = withinFrame || violation == null && destination != null;
        return new FuzzStream(first != null, violation, torn, withinFrame, first, List.copyOf(publishedTo));
    }

    /** The name, or null if it breaks a rule. */
    private static @Nullable String name(byte[] utf8) {
        String name;
        try {
            name = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
        boolean allowed = !name.isEmpty()
                && !name.startsWith("$")
                && name.chars().noneMatch(Character::isISOControl)
                && List.of(name.split("/", -1)).stream().noneMatch(segment -> segment.matches("[*#+>]"));
        return allowed ? name : null;
    }

    static boolean isQueue(String name) {
        return name.equals("/queue") || name.startsWith("/queue/");
    }

    /** The names of queues it creates or fills. */
    List<String> queues() {
        List<String> names = new ArrayList<>(publishedTo);
        if (subscribedTo != null) {
            names.add(subscribedTo);
        }
        return names.stream().filter(FuzzStream::isQueue).distinct().toList();
    }
}

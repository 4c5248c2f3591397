package io.sluice.broker.message;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.sluice.protocol.DestinationNames;
import io.sluice.protocol.PublishRun;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The name of a destination, compared as bytes. Its first segment tells the kind: {@code /queue} and {@code /queue/…}
 * are queues, exactly {@code /null} is nowhere, everything else is a topic.
 */
public final class DestinationName implements Comparable<DestinationName> {
    private static final byte[] NOWHERE = "/null".getBytes(StandardCharsets.US_ASCII);

    private final byte[] utf8;
    private final int hash;
    private final DestinationKind kind;

    private DestinationName(byte[] utf8) {
        this.utf8 = utf8;
        this.hash = Arrays.hashCode(utf8);
        this.kind = kindOf(utf8);
    }

    /**
     * A name for the bytes in a buffer.
     *
     * @throws IllegalArgumentException if they break the rules of {@link DestinationNames}; ask there first
     */
    public static DestinationName of(ByteBuf buffer, int index, int length) {
        return of(ByteBufUtil.getBytes(buffer, index, length));
    }

    /** As {@link #of(ByteBuf, int, int)}, for text. */
    public static DestinationName of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static DestinationName of(byte[] utf8) {
        String problem = DestinationNames.problem(utf8);
        if (problem != null) {
            throw new IllegalArgumentException("invalid name: " + problem);
        }
        return new DestinationName(utf8);
    }

    private static DestinationKind kindOf(byte[] utf8) {
        if (Arrays.equals(utf8, NOWHERE)) {
            return DestinationKind.NOWHERE;
        }
        return DestinationNames.isQueue(utf8) ? DestinationKind.QUEUE : DestinationKind.TOPIC;
    }

    /** Takes publishes to this name out of a stream, with payload frames of at most {@code maxFrameBytes}, header included. */
    public PublishRun newRun(int maxFrameBytes) {
        return new PublishRun(utf8, maxFrameBytes);
    }

    public DestinationKind kind() {
        return kind;
    }

    /** Whether these are the bytes of this name; allocates nothing. */
    public boolean matches(ByteBuf buffer, int index, int length) {
        byte[] name = utf8;
        if (length != name.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (buffer.getByte(index + i) != name[i]) {
                return false;
            }
        }
        return true;
    }

    // Names come from clients: comparable keys keep a hash map fast even for names made to collide.
    @Override
    public int compareTo(DestinationName other) {
        return Arrays.compare(utf8, other.utf8);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DestinationName name && Arrays.equals(utf8, name.utf8);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** The name as text. Control characters cannot occur in it. */
    @Override
    public String toString() {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}

package io.sluice.cli;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongFunction;

/** The payloads of a sender that was given none: {@code Msg 1 from 6b5a8e1d}, then {@code Msg 2 …}. */
final class NumberedText implements LongFunction<byte[]> {
    /** Makes payloads as long as their text is. */
    static final int NATURAL_SIZE = -1;

    private final String senderId;
    private final int sizeBytes;

    /** @param sizeBytes of each payload, filled up with dots; or {@link #NATURAL_SIZE} */
    NumberedText(String senderId, int sizeBytes) {
        this.senderId = senderId;
        this.sizeBytes = sizeBytes;
    }

    /** The fewest bytes in which the message of this number fits. */
    static int smallestBytes(long number, String senderId) {
        return text(number, senderId).length();
    }

    @Override
    public byte[] apply(long number) {
        byte[] text = text(number, senderId).getBytes(StandardCharsets.US_ASCII);
        if (sizeBytes == NATURAL_SIZE || sizeBytes == text.length) {
            return text;
        }
        byte[] payload = Arrays.copyOf(text, sizeBytes);
        Arrays.fill(payload, text.length, sizeBytes, (byte) '.');
        payload[text.length] = ' ';
        return payload;
    }

    private static String text(long number, String senderId) {
        return "Msg " + number + " from " + senderId;
    }
}

package io.sluice.loadtest.wire;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Lines of text protocols, read where they lie: no String is made unless something is wrong. */
final class TextLines {
    static final byte[] LINE_END = {'\r', '\n'};

    /** The longest line that is waited for, in bytes. */
    static final int MAX_LINE_BYTES = 64 * 1024;

    private static final int MOST_SHOWN = 200;

    private TextLines() {}

    /**
     * Finds the end of the line that begins at {@code from}.
     *
     * @return the index of its CR, or -1 if the line has not ended by {@code end}
     * @throws WireException if it ends without CR, or is too long
     */
    static int end(ByteBuf in, int from, int end) throws WireException {
        int lineFeed = in.indexOf(from, end, (byte) '\n');
        if (lineFeed < 0) {
            if (end - from > MAX_LINE_BYTES) {
                throw new WireException("the broker sent a line of more than " + MAX_LINE_BYTES + " bytes: "
                        + text(in, from, from + MOST_SHOWN) + "…");
            }
            return -1;
        }
        if (lineFeed == from || in.getByte(lineFeed - 1) != '\r') {
            throw new WireException("the broker sent a line that does not end with CR LF: " + text(in, from, lineFeed));
        }
        return lineFeed - 1;
    }

    /** Reads a decimal number that fills {@code from} to {@code to}: 0 to {@link WireFormat#MAX_PAYLOAD_BYTES}. */
    static int number(ByteBuf in, int from, int to) throws WireException {
        int value = 0;
        for (int i = from; i < to; i++) {
            int digit = in.getByte(i) - '0';
            if (digit < 0 || digit > 9 || i - from > 9) {
                throw noNumber(in, from, to);
            }
            value = value * 10 + digit;
            if (value < 0 || value > WireFormat.MAX_PAYLOAD_BYTES) {
                throw noNumber(in, from, to);
            }
        }
        if (from >= to) {
            throw noNumber(in, from, to);
        }
        return value;
    }

    private static WireException noNumber(ByteBuf in, int from, int to) {
        return new WireException("the broker sent \"" + text(in, from, to) + "\" where a length from 0 to "
                + WireFormat.MAX_PAYLOAD_BYTES + " is due");
    }

    /** @throws WireException unless CR LF stands at {@code index} */
    static void expectEnd(ByteBuf in, int index) throws WireException {
        if (in.getShort(index) != ('\r' << 8 | '\n')) {
            throw new WireException("the broker sent a payload that is longer than it announced");
        }
    }

    /** Printable text for a message; anything else is shown as a question mark. */
    static String text(ByteBuf in, int from, int to) {
        int length = Math.max(0, Math.min(to - from, MOST_SHOWN));
        return in.toString(from, length, StandardCharsets.ISO_8859_1).replaceAll("[^\\x20-\\x7e]", "?");
    }

    /** Whether {@code word} stands at {@code index}, before {@code end}. */
    static boolean startsWith(ByteBuf in, int index, int end, byte[] word) {
        if (end - index < word.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (in.getByte(index + i) != word[i]) {
                return false;
            }
        }
        return true;
    }
}

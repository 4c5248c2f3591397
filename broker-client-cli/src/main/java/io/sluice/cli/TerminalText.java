package io.sluice.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Text that came from elsewhere, shown so that it stays on its line and a terminal takes nothing in it for a command.
 *
 * <p>Control and format characters (which include those that turn the direction of writing) become {@code \n},
 * {@code \x1b} or {@code \}{@code u202e}; bytes that are no UTF-8 become {@code \xff}. A backslash stays a backslash, so that
 * text such as JSON remains readable: this is for eyes, not for parsers.
 */
final class TerminalText {
    private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
    private static final int ZERO_WIDTH_JOINER = 0x200d;

    private TerminalText() {}

    /** Writes the remaining bytes of {@code text}, which are consumed. */
    static void write(ByteBuffer text, OutputStream out) throws IOException {
        int plain = plainPrefix(text);
        out.write(text.array(), text.arrayOffset() + text.position(), plain);
        text.position(text.position() + plain);
        if (text.hasRemaining()) {
            out.write(escaped(text).getBytes(StandardCharsets.UTF_8));
        }
    }

    static String of(String text) {
        return escaped(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Most messages are nothing but printable ASCII, and are copied as they are. */
    private static int plainPrefix(ByteBuffer text) {
        int start = text.position();
        int i = start;
        while (i < text.limit() && text.get(i) >= ' ' && text.get(i) != 0x7f) {
            i++;
        }
        return i - start;
    }

    private static String escaped(ByteBuffer text) {
        StringBuilder shown = new StringBuilder(text.remaining() + 16);
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer characters = CharBuffer.allocate(1024);
        while (true) {
            CoderResult result = decoder.decode(text, characters, true);
            characters.flip();
            characters.codePoints().forEach(codePoint -> append(codePoint, shown));
            characters.clear();
            if (result.isUnderflow()) {
                return shown.toString();
            }
            for (int i = 0; result.isMalformed() && i < result.length(); i++) {
                shown.append(String.format("\\x%02x", text.get() & 0xff));
            }
        }
    }

    private static void append(int codePoint, StringBuilder shown) {
        if (!isUnsafe(codePoint)) {
            shown.appendCodePoint(codePoint);
            return;
        }
        switch (codePoint) {
            case '\n' -> shown.append("\\n");
            case '\r' -> shown.append("\\r");
            case '\t' -> shown.append("\\t");
            default -> shown.append(String.format(codePoint < 0x80 ? "\\x%02x" : "\\u%04x", codePoint));
        }
    }

    private static boolean isUnsafe(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            // The two joiners shape letters and emoji and do nothing else.
            case Character.FORMAT -> codePoint != ZERO_WIDTH_JOINER && codePoint != ZERO_WIDTH_NON_JOINER;
            default -> false;
        };
    }
}

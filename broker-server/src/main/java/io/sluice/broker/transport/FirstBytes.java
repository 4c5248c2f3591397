package io.sluice.broker.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Guesses what a client speaks that no protocol recognised, for the log. */
final class FirstBytes {
    private static final Pattern WORD = Pattern.compile("^([A-Z]{3,8})[ \\r\\n]");

    private FirstBytes() {}

    static String describe(ByteBuf first) {
        int readable = Math.min(first.readableBytes(), ProtocolDetector.MAX_BYTES);
        String text = first.toString(first.readerIndex(), readable, StandardCharsets.ISO_8859_1);
        String guess = guess(first, text);
        return guess != null ? guess : "bytes " + ByteBufUtil.hexDump(first, first.readerIndex(), readable);
    }

    private static @Nullable String guess(ByteBuf first, String text) {
        Matcher word = WORD.matcher(text);
        if (text.startsWith("\u0016\u0003")) {
            return "TLS";
        }
        if (text.startsWith("PROXY ") || text.startsWith("\r\n\r\n\0\r\nQUIT\n")) {
            return "the PROXY protocol";
        }
        if (text.startsWith("CONNECT")
                || text.startsWith("STOMP")
                || text.startsWith("\n")
                || text.startsWith("\r\n")) {
            return "STOMP";
        }
        if (text.startsWith("\u0010")) {
            return "MQTT";
        }
        if (text.startsWith("SSH-")) {
            return "SSH";
        }
        if (word.find()) {
            return "HTTP " + word.group(1);
        }
        return text.length() >= 4 ? "a native length of " + first.getUnsignedInt(first.readerIndex()) : null;
    }
}

package io.sluice.broker.admin;

import io.sluice.broker.message.MessageCopy;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Messages as objects: their payload is text if it can be read as UTF-8, else base64. */
final class MessageJson {
    /** The longest character of UTF-8 less one byte: what may be left of it at a cut. */
    private static final int MOST_CUT_BYTES = 3;

    private MessageJson() {}

    /** The property {@code age_ms}. */
    static void writeAge(JsonGenerator json, MessageCopy message) {
        long ageMs = Duration.between(message.arrived(), Instant.now()).toMillis();
        json.writeNumberProperty("age_ms", Math.max(0, ageMs));
    }

    /** The data of an event. */
    static byte[] event(MessageCopy message) {
        return Json.bytes(json -> {
            json.writeStringProperty("time", message.arrived().toString());
            writePayload(json, message);
        });
    }

    /** The properties {@code size_bytes}, {@code text} or {@code base64}, and {@code truncated}. */
    static void writePayload(JsonGenerator json, MessageCopy message) {
        json.writeNumberProperty("size_bytes", message.payloadBytes());
        byte[] payload = message.payload();
        String text = text(payload, message.isCut());
        if (text == null) {
            json.writeStringProperty("base64", Base64.getEncoder().encodeToString(payload));
        } else {
            json.writeStringProperty("text", text);
        }
        json.writeBooleanProperty("truncated", message.isCut());
    }

    private static @Nullable String text(byte[] payload, boolean cut) {
        int shortest = cut ? Math.max(0, payload.length - MOST_CUT_BYTES) : payload.length;
        String text = null;
        for (int length = payload.length; length >= shortest && text == null; length--) {
            text = textOf(payload, length);
        }
        return text;
    }

    private static @Nullable String textOf(byte[] payload, int length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(payload, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            // No text, or cut within a character.
            return null;
        }
    }
}

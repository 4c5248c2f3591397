package io.sluice.cli;

import io.sluice.client.Message;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/** How a message is written to standard output. */
interface MessageFormat {
    /** Writes one message, line end included where the format has lines. */
    void write(Message message, OutputStream out) throws IOException;

    /** {@code Received by 9ae04690: Msg 1 from 6b5a8e1d}, with what a terminal would obey escaped. */
    static MessageFormat text(String listenerId, boolean withDestination) {
        byte[] prefix = ("Received by " + listenerId + ": ").getBytes(StandardCharsets.UTF_8);
        return (message, out) -> {
            out.write(
                    withDestination
                            ? ("Received by " + listenerId + " from " + TerminalText.of(message.destination()) + ": ")
                                    .getBytes(StandardCharsets.UTF_8)
                            : prefix);
            TerminalText.write(ByteBuffer.wrap(message.payload()), out);
            out.write('\n');
        };
    }

    /** The payload in hexadecimal digits. */
    static MessageFormat hex(boolean withDestination) {
        return line(withDestination, HexFormat.of()::formatHex);
    }

    /** The payload in base64. */
    static MessageFormat base64(boolean withDestination) {
        return line(withDestination, Base64.getEncoder()::encodeToString);
    }

    /** The payload's bytes and a line end. */
    static MessageFormat line() {
        return (message, out) -> {
            out.write(message.payload());
            out.write('\n');
        };
    }

    /** The payload's bytes and nothing else, not even a line end. */
    static MessageFormat raw() {
        return (message, out) -> out.write(message.payload());
    }

    /** An object a line: time, destination, size in bytes, payload, and whether that is UTF-8 or base64. */
    static MessageFormat json() {
        JsonFactory factory = JsonFactory.builder()
                .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                .build();
        return (message, out) -> {
            try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), out)) {
                json.writeStartObject();
                json.writeStringProperty(
                        "time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
                json.writeStringProperty("destination", message.destination());
                json.writeNumberProperty("size", message.payload().length);
                writePayload(message.payload(), json);
                json.writeEndObject();
            }
            out.write('\n');
        };
    }

    private static void writePayload(byte[] payload, JsonGenerator json) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(payload))
                    .toString();
            json.writeStringProperty("payload", text);
            json.writeStringProperty("encoding", "utf-8");
        } catch (CharacterCodingException e) {
            json.writeStringProperty("payload", Base64.getEncoder().encodeToString(payload));
            json.writeStringProperty("encoding", "base64");
        }
    }

    private static MessageFormat line(boolean withDestination, Function<byte[], String> encoding) {
        return (message, out) -> {
            if (withDestination) {
                out.write((TerminalText.of(message.destination()) + " ").getBytes(StandardCharsets.UTF_8));
            }
            out.write(encoding.apply(message.payload()).getBytes(StandardCharsets.US_ASCII));
            out.write('\n');
        };
    }
}

package io.sluice.client;

import java.nio.charset.StandardCharsets;

/** A message as it was received. The payload is not copied: who changes it changes it for all who hold this message. */
public final class Message {
    private final String destination;
    private final byte[] payload;

    Message(String destination, byte[] payload) {
        this.destination = destination;
        this.payload = payload;
    }

    /** What the receiver subscribed to. The native protocol names no destination in a message. */
    public String destination() {
        return destination;
    }

    /** The payload, 0 bytes or more. */
    public byte[] payload() {
        return payload;
    }

    /** The payload read as UTF-8; bytes that are none become U+FFFD. */
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "message of " + payload.length + " bytes from " + destination;
    }
}

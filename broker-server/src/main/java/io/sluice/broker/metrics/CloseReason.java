package io.sluice.broker.metrics;

/** Why a connection was closed. */
public enum CloseReason {
    /** The client said goodbye and got what was held for it. */
    GOODBYE("goodbye", false),
    /** The client closed (FIN). */
    LEFT("left", false),
    /** The connection broke, or the client reset it. */
    RESET("reset", false),
    /** The broker stopped. */
    SHUTDOWN("shutdown", false),
    FRAME_TOO_LONG("frame-too-long", true),
    INVALID_NAME("invalid-name", true),
    /** The client closed within a frame, or between a destination and its payload. */
    CUT_OFF("cut-off", true),
    /** No complete first frame in time. */
    HANDSHAKE_TIMEOUT("handshake-timeout", true),
    /** A frame was begun and did not advance. */
    FRAME_TIMEOUT("frame-timeout", true),
    /** Nothing was received for as long as the configuration allows. */
    IDLE_TIMEOUT("idle-timeout", true),
    /** The frame would have created one destination too many. */
    DESTINATIONS("destinations", true),
    /** One connection too many. */
    CONNECTIONS("connections", true),
    /** The broker's memory bound was reached, and this connection held the most. */
    MEMORY("memory", true),
    UNKNOWN_PROTOCOL("unknown-protocol", true),
    /** A subscriber under the policy {@code disconnect} did not keep up. */
    SLOW_SUBSCRIBER("slow-subscriber", true),
    /** A topic subscriber under the policy {@code push-back} blocked its publishers for too long. */
    PUSH_BACK_TIMEOUT("push-back-timeout", true),
    /** An operator disconnected the client. */
    ADMIN("admin", true),
    /** A fault of the broker. */
    INTERNAL_ERROR("internal-error", true);

    private final String text;
    private final boolean worthALine;

    CloseReason(String text, boolean worthALine) {
        this.text = text;
        this.worthALine = worthALine;
    }

    /** As it stands in counters and logs. */
    public String text() {
        return text;
    }

    /**
     * Whether the client sees a reset and not an end of the stream, which after goodbye would confirm that all was routed.
     * Subscribers that did not keep up may still read what the kernel holds for them.
     */
    public boolean isReset() {
        return this != GOODBYE && this != LEFT && this != SLOW_SUBSCRIBER && this != PUSH_BACK_TIMEOUT;
    }

    /**
     * Whether a close for this reason is logged (rate-limited); the others are an ordinary end, unless there is
     * something to say about it.
     */
    public boolean isWorthALine() {
        return worthALine;
    }
}

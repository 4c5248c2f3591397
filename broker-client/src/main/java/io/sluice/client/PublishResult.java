package io.sluice.client;

/** What became of a message that was to be published without waiting. */
public enum PublishResult {
    /** It is in the client's buffer, in order, and goes to the broker when the connection takes it. */
    ACCEPTED,
    /** The client's buffer was full: it was dropped, and counted as such. */
    DROPPED,
    /** The client is closed or closing: it was not taken, and not counted. */
    CLOSED
}

package io.sluice.client;

/**
 * What became of the messages that a client published. Each is counted in exactly one of the last three when the client
 * has closed; before, {@code sent - confirmed - inDoubt} are on the connection that is open.
 *
 * @param sent given to a socket; a client never gives a message to a socket twice
 * @param confirmed the broker has routed it: the client said goodbye after it, and the broker then ended the stream
 * @param inDoubt sent, and the connection broke before that: it may have been routed, or not
 * @param dropped never given to a socket: there was no room at a {@code tryPublish}, or the client was closed before the broker
 *     took it
 */
public record PublishCounts(long sent, long confirmed, long inDoubt, long dropped) {
    /** Whether every message that was published is confirmed. */
    public boolean allConfirmed() {
        return inDoubt == 0 && dropped == 0 && confirmed == sent;
    }
}

package io.sluice.broker.destination;

/** What became of a message that was published from within the broker. */
public enum Publication {
    /** It is held, or was offered to the subscribers of its topic, each of whose overflow policy applies. */
    ACCEPTED,
    /** Nobody is subscribed to the topic, or it was sent to {@code /null}. */
    NO_SUBSCRIBER,
    /** The queue's overflow policy dropped it, or an older one to make room; or the broker stops. */
    DROPPED,
    /** It was not taken: publishers to this destination have to wait at the moment. */
    PUSHED_BACK,
    /** It was not taken: it would be one destination too many. */
    NO_ROOM
}

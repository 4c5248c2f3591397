package io.sluice.broker.destination;

/** What became of a batch that was offered to a destination, a backlog or a subscriber. */
public enum Offer {
    /** It is held. */
    ACCEPTED,
    /** It is not held, in part or at all; what was dropped is counted. */
    DROPPED,
    /** It is held, and whoever offered it must stop until there is room. */
    PUSHED_BACK,
    /** Whom it was offered to is closed. A destination leaves the batch with the caller, who looks the name up again. */
    CLOSED
}

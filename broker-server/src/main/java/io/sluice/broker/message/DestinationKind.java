package io.sluice.broker.message;

/** Who gets a message sent to a destination. */
public enum DestinationKind {
    /** Every current subscriber. */
    TOPIC,
    /** Exactly one subscriber, in turn. */
    QUEUE,
    /** Nobody: {@code /null}. */
    NOWHERE
}

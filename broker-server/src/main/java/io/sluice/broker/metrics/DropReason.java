package io.sluice.broker.metrics;

/** Why a message reached nobody, or not this subscriber. */
public enum DropReason {
    /** Its topic had no subscriber. */
    NO_SUBSCRIBER("no-subscriber"),
    /** It was sent to {@code /null}. */
    NOWHERE("null"),
    /** The overflow policy decided so. */
    OVERFLOW("overflow"),
    /** It waited longer than the age bound. */
    EXPIRED("expired"),
    /** The broker's memory bound was reached. */
    MEMORY("memory"),
    /** The topic subscriber it was queued for left. */
    SUBSCRIBER_LEFT("subscriber-left"),
    /** Its queue was purged. */
    PURGED("purged"),
    /** The broker stopped. */
    SHUTDOWN("shutdown");

    private final String text;

    DropReason(String text) {
        this.text = text;
    }

    /** As it stands in counters and logs. */
    public String text() {
        return text;
    }
}

package io.sluice.broker.admin;

/** Where server-sent events come from. Either {@link #start} or {@link #abandon} is called, once, on the admin loop. */
@FunctionalInterface
interface EventSource {
    /** A stream is open: tells it, from now on and on the admin loop, until what is returned is closed. */
    AutoCloseable start(EventStream stream);

    /** There is to be no stream: lets go of what was taken for it. */
    default void abandon() {}
}

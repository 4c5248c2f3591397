package io.sluice.broker.admin;

/** Where server-sent events come from. One of the two is called, once, on the admin loop; both if the start fails. */
@FunctionalInterface
interface EventSource {
    /** A stream is open: tells it, from now on and on the admin loop, until what is returned is closed. */
    AutoCloseable start(EventStream stream);

    /** There is no stream after all: lets go of what was taken for it. */
    default void abandon() {}
}

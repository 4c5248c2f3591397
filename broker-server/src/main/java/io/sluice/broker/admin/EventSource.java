package io.sluice.broker.admin;

/** Where server-sent events come from. */
interface EventSource {
    /** A stream is open: tells it, from now on and on the admin loop, until what is returned is closed. */
    AutoCloseable start(EventStream stream);
}

package io.sluice.cli;

import io.sluice.client.Message;

/** Where a listener puts its messages. Called by one thread at a time. */
interface MessageSink {
    /** Takes a message; what a user should see by then is seen after {@link #flush}. */
    void take(Message message) throws PrintFailedException;

    /** To be called when no further message is at hand. */
    void flush() throws PrintFailedException;
}

package io.sluice.systemtest;

/** Looks at what a load client receives, on the client's loop alone; what it throws fails the client. */
interface Inbox {
    /** Receives nothing. */
    Inbox NOTHING = (bytes, offset, length) -> {
        throw new AssertionError("a message of " + length + " bytes came to a client that subscribed to nothing");
    };

    /** One message. The bytes are valid during the call. */
    void message(byte[] bytes, int offset, int length);

    /** All messages of a read were given. */
    default void endOfRead() {}
}

package io.sluice.broker.admin;

/** What a client may take of the broker: bytes and time. None is a setting; who needs more does not ask for numbers. */
final class Limits {
    /** The request line, in bytes. */
    static final int LINE_BYTES = 4096;

    /** All headers of a request, in bytes. */
    static final int HEADER_BYTES = 8192;

    /** The body of a request, in bytes. */
    static final int BODY_BYTES = 64 << 10;

    /** From the first byte of a request, or from the connection, to the whole request. */
    static final long REQUEST_MS = 10_000;

    /** Between two requests. */
    static final long IDLE_MS = 30_000;

    /** For an answer, or what is under way on a stream, to be taken by the client. */
    static final long WRITE_MS = 15_000;

    /** For a client that is told to go, to go. */
    static final long LINGER_MS = 1_000;

    /** Bytes of answers that clients have not taken, all together. */
    static final long UNSENT_BYTES = 8L << 20;

    /** Streams of events at a time; never more than half of {@code admin.max-connections}. */
    static final int STREAMS = 32;

    private Limits() {}
}

package io.sluice.broker.transport;

import io.netty.buffer.ByteBuf;

/** A protocol that clients may speak on the port, recognised by the first bytes they send. */
public interface WireProtocol {
    /** Whether bytes are the beginning of this protocol. */
    enum Match {
        YES,
        NO,
        NEED_MORE
    }

    /** As it stands in logs and counters. */
    String name();

    /**
     * Judges the first bytes of a connection, without moving the reader index.
     *
     * @param first at least 1 byte; with {@link ProtocolDetector#MAX_BYTES} an answer of NEED_MORE counts as NO
     */
    Match match(ByteBuf first);

    /** Takes the connection over: adds its handler where the detector was, which then gets all bytes from the first. */
    void install(Connection connection);
}

package io.sluice.broker.metrics;

/** How far a connection has come. */
public enum ConnectionState {
    /** Its first frame is not complete. */
    HANDSHAKE,
    OPEN,
    /** It is going to be closed; what is held for it may still go out. */
    CLOSING,
    CLOSED
}

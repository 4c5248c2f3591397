package io.sluice.broker.config;

/**
 * How sockets are served and when they are given up.
 *
 * @param type the kind of event loop
 * @param eventLoops threads that serve connections, 0 to 256; 0 is one for two cores, up to 8
 * @param sendBufferBytes SO_SNDBUF of a connection, 0 to 1 GiB; 0 lets the kernel size it
 * @param receiveBufferBytes SO_RCVBUF of a connection, 0 to 1 GiB; 0 lets the kernel size it
 * @param readBytes the most bytes of one read, 4 KiB to 1 MiB
 * @param pageFiles files in memory from which many subscribers are sent the same without copying, 0 to 64
 * @param handshakeTimeoutMs from accept to the first whole frame, 1 ms to 1 h
 * @param frameTimeoutMs how long a frame begun may stand still, 1 ms to 24 h
 * @param idleTimeoutMs how long a connection may be silent between two frames, up to 24 h; 0 is for ever
 * @param userTimeoutMs how long a peer may answer nothing that is sent to it, 1 s to 24 h
 * @param unsentLowWaterBytes TCP_NOTSENT_LOWAT of queue and {@code latest} subscribers, 1 KiB to 1 GiB
 */
public record TransportConfig(
        TransportType type,
        int eventLoops,
        int sendBufferBytes,
        int receiveBufferBytes,
        int readBytes,
        int pageFiles,
        long handshakeTimeoutMs,
        long frameTimeoutMs,
        long idleTimeoutMs,
        long userTimeoutMs,
        int unsentLowWaterBytes) {
    public TransportConfig {
        ConfigKeys.TRANSPORT_TYPE.check(type.text());
        ConfigKeys.EVENT_LOOPS.check((long) eventLoops);
        ConfigKeys.SEND_BUFFER.check((long) sendBufferBytes);
        ConfigKeys.RECEIVE_BUFFER.check((long) receiveBufferBytes);
        ConfigKeys.READ_SIZE.check((long) readBytes);
        ConfigKeys.PAGE_FILES.check((long) pageFiles);
        ConfigKeys.HANDSHAKE_TIMEOUT.check(handshakeTimeoutMs);
        ConfigKeys.FRAME_TIMEOUT.check(frameTimeoutMs);
        ConfigKeys.IDLE_TIMEOUT.check(idleTimeoutMs);
        ConfigKeys.USER_TIMEOUT.check(userTimeoutMs);
        ConfigKeys.UNSENT_LOW_WATER.check((long) unsentLowWaterBytes);
    }
}

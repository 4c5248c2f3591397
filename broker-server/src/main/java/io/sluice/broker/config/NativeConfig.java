package io.sluice.broker.config;

/**
 * Limits of the native protocol.
 *
 * @param maxFrameBytes the largest length a frame may announce, without the four bytes of the length, 1 B to 1 GiB
 */
public record NativeConfig(int maxFrameBytes) {
    public NativeConfig {
        ConfigKeys.MAX_FRAME.check((long) maxFrameBytes);
    }
}

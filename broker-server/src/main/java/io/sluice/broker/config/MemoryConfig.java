package io.sluice.broker.config;

/**
 * The bound of all queued memory and unfinished frames together.
 *
 * @param maxBytes up to 1024 GiB, not less than the largest frame; 0 derives it, see {@link MemoryBounds}
 */
public record MemoryConfig(long maxBytes) {
    public MemoryConfig {
        ConfigKeys.MEMORY_MAX.check(maxBytes);
    }
}

package io.sluice.broker.config;

import io.sluice.broker.base.ByteSize;

/**
 * The bound of all queued memory and unfinished frames, resolved.
 *
 * @param maxBytes the bound
 * @param origin where it comes from, a sentence for people, in MiB
 */
public record MemoryBounds(long maxBytes, String origin) {
    private static final int PERCENT_OF_MEMORY = 40;
    private static final int PERCENT_OF_DIRECT = 75;

    /** What is left of direct memory is the allocator's: a bound beyond ends in an OutOfMemoryError and not at itself. */
    private static final int MOST_PERCENT_OF_DIRECT = 95;

    /**
     * The configured bound, else the smaller of 40 % of the memory limit and 75 % of the direct memory.
     *
     * @param machineOrContainerBytes the memory limit, above 0
     * @param whereFrom what has this limit, for example {@code machine memory}; see {@link MemoryLimit#origin()}
     * @param maxDirectBytes the direct memory the process may use, above 0
     * @throws ConfigException if the configured bound exceeds 95 % of the direct memory
     */
    public static MemoryBounds resolve(
            MemoryConfig config, long machineOrContainerBytes, String whereFrom, long maxDirectBytes) {
        if (machineOrContainerBytes <= 0 || maxDirectBytes <= 0) {
            throw new IllegalArgumentException("limits must be above 0: " + machineOrContainerBytes + " B " + whereFrom
                    + ", " + maxDirectBytes + " B direct memory");
        }
        if (config.maxBytes() > 0) {
            return configured(config.maxBytes(), maxDirectBytes);
        }
        long ofMemory = percent(PERCENT_OF_MEMORY, machineOrContainerBytes);
        long ofDirect = percent(PERCENT_OF_DIRECT, maxDirectBytes);
        String memory = PERCENT_OF_MEMORY + " % of " + mib(machineOrContainerBytes) + " " + whereFrom;
        String direct = PERCENT_OF_DIRECT + " % of " + mib(maxDirectBytes) + " direct memory";
        return ofDirect <= ofMemory
                ? new MemoryBounds(ofDirect, sentence(ofDirect, direct, memory, ofMemory))
                : new MemoryBounds(ofMemory, sentence(ofMemory, memory, direct, ofDirect));
    }

    /**
     * Throws {@link ConfigException} if the largest frame does not fit in, which can only be known once the bound is
     * resolved.
     */
    public void checkHolds(NativeConfig nativeWire) {
        long neededBytes = nativeWire.maxFrameBytes() + (long) CrossChecks.LENGTH_BYTES;
        if (maxBytes < neededBytes) {
            throw ConfigException.of(
                    ConfigKeys.MEMORY_MAX.name(),
                    ByteSize.print(maxBytes) + " (" + origin + "): smaller than the largest frame, "
                            + ByteSize.print(neededBytes) + "; lower " + ConfigKeys.MAX_FRAME.name()
                            + " or give the broker more memory");
        }
    }

    private static MemoryBounds configured(long maxBytes, long maxDirectBytes) {
        long mostBytes = percent(MOST_PERCENT_OF_DIRECT, maxDirectBytes);
        if (maxBytes > mostBytes) {
            throw ConfigException.of(
                    ConfigKeys.MEMORY_MAX.name(),
                    ByteSize.print(maxBytes) + ": must be at most " + mib(mostBytes) + ", " + MOST_PERCENT_OF_DIRECT
                            + " % of " + mib(maxDirectBytes)
                            + " direct memory; lower it or raise -XX:MaxDirectMemorySize");
        }
        return new MemoryBounds(maxBytes, mib(maxBytes) + " as configured by " + ConfigKeys.MEMORY_MAX.name());
    }

    private static String sentence(long bytes, String of, String otherOf, long otherBytes) {
        return mib(bytes) + " = " + of + "; " + otherOf + " would be " + mib(otherBytes);
    }

    // Divides first where the product would not fit: there the hundredth part lost is less than a byte in 10^16.
    private static long percent(int percent, long bytes) {
        return bytes <= Long.MAX_VALUE / 100 ? bytes * percent / 100 : bytes / 100 * percent;
    }

    private static String mib(long bytes) {
        return (bytes >> 20) + " MiB";
    }
}

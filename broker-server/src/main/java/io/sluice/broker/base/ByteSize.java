package io.sluice.broker.base;

/**
 * Sizes in bytes as people write them: {@code 64 KiB}, {@code 64KiB}, {@code 1 GiB}, {@code 500 B}, {@code 64 kB}.
 *
 * <p>{@code KiB}, {@code MiB} and {@code GiB} are powers of 1024, {@code kB}, {@code MB} and {@code GB} powers of 1000.
 */
public final class ByteSize {
    private static final String UNITS = "B, KiB, MiB, GiB";
    private static final String SHAPE =
            "a size is a whole number and a unit: " + UNITS + " (or kB, MB, GB for powers of 1000)";
    private static final long KIB = 1024;
    private static final long MIB = 1024 * KIB;
    private static final long GIB = 1024 * MIB;

    private ByteSize() {}

    /**
     * Reads a size of 0 to 2^63 - 1 bytes. Only {@code 0} may stand without a unit.
     *
     * @throws IllegalArgumentException if the text is none; the message says what is wrong without repeating the text
     */
    public static long parse(String text) {
        UnitText size = UnitText.of(text, SHAPE);
        if (size.unit().isEmpty() && size.number() != 0) {
            throw new IllegalArgumentException("a size needs a unit: " + UNITS);
        }
        return size.times(bytesOf(size.unit()));
    }

    /** Writes the size in the largest unit that holds it exactly, so that {@link #parse} reads the same size again. */
    public static String print(long bytes) {
        if (bytes != 0 && bytes % GIB == 0) {
            return bytes / GIB + " GiB";
        }
        if (bytes != 0 && bytes % MIB == 0) {
            return bytes / MIB + " MiB";
        }
        if (bytes != 0 && bytes % KIB == 0) {
            return bytes / KIB + " KiB";
        }
        return bytes + " B";
    }

    private static long bytesOf(String unit) {
        return switch (unit) {
            case "", "B" -> 1;
            case "KiB" -> KIB;
            case "MiB" -> MIB;
            case "GiB" -> GIB;
            case "kB" -> 1_000;
            case "MB" -> 1_000_000;
            case "GB" -> 1_000_000_000;
            default -> throw new IllegalArgumentException(SHAPE);
        };
    }
}

package io.sluice.broker.base;

/** Durations in milliseconds as people write them: {@code 500 ms}, {@code 5 s}, {@code 2 m}, {@code 1 h}. */
public final class Durations {
    private static final String UNITS = "ms, s, m, h";
    private static final String SHAPE = "a duration is a whole number and a unit: " + UNITS;
    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;

    private Durations() {}

    /**
     * Reads a duration of 0 to 2^63 - 1 milliseconds. Only {@code 0} may stand without a unit.
     *
     * @throws IllegalArgumentException if the text is none; the message says what is wrong without repeating the text
     */
    public static long parseMs(String text) {
        UnitText duration = UnitText.of(text, SHAPE);
        if (duration.unit().isEmpty() && duration.number() != 0) {
            throw new IllegalArgumentException("a duration needs a unit: " + UNITS);
        }
        return duration.times(millisOf(duration.unit()));
    }

    /** Writes the duration in the largest unit that holds it exactly; one minute stays {@code 60 s}. */
    public static String print(long millis) {
        if (millis != 0 && millis % HOUR == 0) {
            return millis / HOUR + " h";
        }
        if (millis > MINUTE && millis % MINUTE == 0) {
            return millis / MINUTE + " m";
        }
        if (millis != 0 && millis % SECOND == 0) {
            return millis / SECOND + " s";
        }
        return millis + " ms";
    }

    private static long millisOf(String unit) {
        return switch (unit) {
            case "", "ms" -> 1;
            case "s" -> SECOND;
            case "m" -> MINUTE;
            case "h" -> HOUR;
            default -> throw new IllegalArgumentException(SHAPE);
        };
    }
}

package io.sluice.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A span of time that the user gives in seconds, with a fraction if need be: {@code 0.25}. */
record Seconds(long ns) {
    private static final int NS_DIGITS = 9;
    private static final BigDecimal LONGEST = BigDecimal.valueOf(1_000_000_000);

    /** As the user would write it. */
    static String text(long ns) {
        return BigDecimal.valueOf(ns, NS_DIGITS).stripTrailingZeros().toPlainString();
    }

    /** To a tenth of a second. */
    static String rounded(long ns) {
        return String.format(Locale.ROOT, "%.1f", ns / 1e9);
    }

    static String rounded(Duration duration) {
        return rounded(duration.toNanos());
    }

    /** Reads an option's value. */
    static final class Converter implements ITypeConverter<Seconds> {
        @Override
        public Seconds convert(String value) {
            BigDecimal seconds = number(value);
            if (seconds.signum() < 0 || seconds.compareTo(LONGEST) > 0) {
                throw new TypeConversionException("'" + value + "' is not between 0 and " + LONGEST + " seconds");
            }
            return new Seconds(seconds.movePointRight(NS_DIGITS).longValue());
        }

        private static BigDecimal number(String value) {
            try {
                return new BigDecimal(value);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + value + "' is not a number of seconds such as 5 or 0.25");
            }
        }
    }
}

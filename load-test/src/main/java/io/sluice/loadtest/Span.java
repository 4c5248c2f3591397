package io.sluice.loadtest;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A span of time as the user gives it: {@code 5}, {@code 1.5s}, {@code 200ms}, {@code 10 m}, {@code 2h}; 0 to 24 hours.
 *
 * @param duration it, for the rest of the program
 */
record Span(Duration duration) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?) ?(ms|s|m|h)?");
    private static final Duration LONGEST = Duration.ofHours(24);

    static Span ofSeconds(long seconds) {
        return new Span(Duration.ofSeconds(seconds));
    }

    /** As options show their defaults. */
    @Override
    public String toString() {
        return text(duration);
    }

    /** "5 s", "200 ms", "1.5 s", "10 m". */
    static String text(Duration span) {
        if (span.isZero()) {
            return "0 s";
        }
        for (String unit : new String[] {"h", "m", "s"}) {
            if (span.toNanos() % unit(unit).toNanos() == 0) {
                return span.toNanos() / unit(unit).toNanos() + " " + unit;
            }
        }
        boolean inMillis = span.compareTo(Duration.ofSeconds(1)) < 0;
        BigDecimal inUnit = BigDecimal.valueOf(span.toNanos(), inMillis ? 6 : 9);
        return inUnit.stripTrailingZeros().toPlainString() + (inMillis ? " ms" : " s");
    }

    private static Duration unit(String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(1);
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            default -> throw new IllegalArgumentException(unit);
        };
    }

    /** Reads an option's value. */
    static final class Converter implements ITypeConverter<Span> {
        @Override
        public Span convert(String text) {
            Matcher form = FORM.matcher(text);
            if (!form.matches()) {
                throw new TypeConversionException(
                        "'" + text + "' is no span of time such as 5 (seconds), 200ms, 5s, 10m or 2h");
            }
            Duration unit = unit(form.group(2) == null ? "s" : form.group(2));
            Duration span = Duration.ofNanos(new BigDecimal(form.group(1))
                    .multiply(BigDecimal.valueOf(unit.toNanos()))
                    .min(BigDecimal.valueOf(Long.MAX_VALUE))
                    .longValue());
            if (span.compareTo(LONGEST) > 0) {
                throw new TypeConversionException("'" + text + "' is more than " + text(LONGEST));
            }
            return new Span(span);
        }
    }
}

package io.sluice.cli;

import java.math.BigDecimal;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * From when on a figure is a warning, and from when on critical; infinite where it never is.
 *
 * <p>Written {@code 80,95}; {@code -} stands for never, and {@code off} for {@code -,-}.
 */
record Threshold(double warning, double critical) {
    static final Threshold NEVER = new Threshold(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

    CheckState stateOf(double value) {
        if (value >= critical) {
            return CheckState.CRITICAL;
        }
        return value >= warning ? CheckState.WARNING : CheckState.OK;
    }

    /** As it is written; empty for never. */
    static String text(double limit) {
        return Double.isInfinite(limit)
                ? ""
                : BigDecimal.valueOf(limit).stripTrailingZeros().toPlainString();
    }

    /** Reads an option's value. */
    static final class Converter implements ITypeConverter<Threshold> {
        @Override
        public Threshold convert(String value) {
            if (value.equals("off")) {
                return Threshold.NEVER;
            }
            String[] parts = value.split(",", -1);
            if (parts.length != 2) {
                throw new TypeConversionException(
                        "'" + value + "' is no pair WARNING,CRITICAL such as 80,95 or 80,-, and not off");
            }
            Threshold threshold = new Threshold(limit(parts[0]), limit(parts[1]));
            if (threshold.warning > threshold.critical && !Double.isInfinite(threshold.warning)) {
                throw new TypeConversionException("'" + value + "' would be critical before it is a warning");
            }
            return threshold;
        }

        private static double limit(String text) {
            if (text.equals("-")) {
                return Double.POSITIVE_INFINITY;
            }
            try {
                BigDecimal limit = new BigDecimal(text);
                if (limit.signum() > 0) {
                    return limit.doubleValue();
                }
            } catch (NumberFormatException e) {
                // As with one that is not above 0.
            }
            throw new TypeConversionException("'" + text + "' is no number above 0, and not -");
        }
    }
}

package io.sluice.loadtest.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers for people: three digits that count, and a unit of fitting size. What is unknown (NaN) or no number is a dash. */
public final class Figures {
    public static final String UNKNOWN = "–";

    private static final MathContext THREE_DIGITS = new MathContext(3, RoundingMode.HALF_UP);
    private static final String[] THOUSANDS = {"", " k", " M", " G", " T"};
    private static final String[] BYTES = {" B", " KiB", " MiB", " GiB", " TiB"};

    private Figures() {}

    /** Messages a second: "12.3 M/s". */
    public static String rate(double perSecond) {
        return Double.isFinite(perSecond) ? scaled(perSecond, 1000, THOUSANDS) + "/s" : UNKNOWN;
    }

    /** A time given in µs: "0.031 µs", "95 µs", "1.04 ms", "1.5 s". */
    public static String micros(double micros) {
        return Double.isFinite(micros) ? scaled(micros, 1000, new String[] {" µs", " ms", " s"}) : UNKNOWN;
    }

    /** Memory given in MiB: "0.5 MiB", "120 MiB", "1.5 GiB". */
    public static String mib(double mib) {
        return Double.isFinite(mib) ? scaled(mib, 1024, new String[] {" MiB", " GiB", " TiB"}) : UNKNOWN;
    }

    /** Memory given in bytes: "4.22 KiB". */
    public static String bytes(double bytes) {
        return Double.isFinite(bytes) ? scaled(bytes, 1024, BYTES) : UNKNOWN;
    }

    /** A ratio: "0.98", "5.21", "120". */
    public static String ratio(double ratio) {
        if (!Double.isFinite(ratio)) {
            return UNKNOWN;
        }
        return Math.abs(ratio) < 9.995 && Math.abs(ratio) >= 0.01
                ? BigDecimal.valueOf(ratio).setScale(2, RoundingMode.HALF_UP).toPlainString()
                : digits(ratio);
    }

    /** A ratio as a share: 0.62 is "62 %". */
    public static String percent(double share) {
        return Double.isFinite(share) ? digits(share * 100) + " %" : UNKNOWN;
    }

    /** "1,234,567". */
    public static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** With the unit that the name holds in brackets: {@code named("memory per connection (B)", 4321)} is "4.22 KiB". */
    public static String named(String name, double value) {
        if (!Double.isFinite(value)) {
            return UNKNOWN;
        }
        return switch (unit(name)) {
            case "" -> digits(value);
            case "B" -> bytes(value);
            case "MiB" -> mib(value);
            case "µs" -> micros(value);
            case "/s" -> rate(value);
            default -> digits(value) + " " + unit(name);
        };
    }

    /** The name without the unit in brackets at its end. */
    public static String withoutUnit(String name) {
        return unit(name).isEmpty()
                ? name
                : name.substring(0, name.lastIndexOf('(')).strip();
    }

    private static String unit(String name) {
        int open = name.lastIndexOf('(');
        return open > 0 && name.endsWith(")") ? name.substring(open + 1, name.length() - 1) : "";
    }

    private static String scaled(double value, int base, String[] units) {
        int unit = 0;
        double rest = value;
        // Rounded first: 999.7 k is 1 M and not 1000 k.
        while (unit < units.length - 1 && Math.abs(rounded(rest).doubleValue()) >= base) {
            rest /= base;
            unit++;
        }
        return digits(rest) + units[unit];
    }

    private static String digits(double value) {
        BigDecimal rounded = rounded(value);
        double size = Math.abs(rounded.doubleValue());
        if (size >= 1e6 || (size > 0 && size < 1e-4)) {
            return String.format(Locale.ROOT, "%.2e", value);
        }
        if (size < 1 || value == Math.rint(value)) {
            return rounded.stripTrailingZeros().toPlainString();
        }
        // 4.5 is 4.50, as precise as the 4.53 beside it.
        int scale = size < 10 ? 2 : size < 100 ? 1 : 0;
        return rounded.setScale(scale, RoundingMode.HALF_UP).toPlainString();
    }

    private static BigDecimal rounded(double value) {
        BigDecimal exact = BigDecimal.valueOf(value);
        // Whole numbers of four digits, as the 1010 of "1010 KiB", keep them.
        return Math.abs(value) >= 1000 && Math.abs(value) < 1e6
                ? exact.setScale(0, RoundingMode.HALF_UP)
                : exact.round(THREE_DIGITS);
    }
}

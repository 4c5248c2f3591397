package io.sluice.broker.config;

import io.sluice.broker.base.ByteSize;
import io.sluice.broker.base.Durations;
import io.sluice.broker.base.Shown;

/** A whole number of things, bytes or milliseconds, within a range; zero may have a name, as {@code off}. */
final class Quantity implements Kind<Long> {

    /** What is counted, and so which units are written. */
    enum Of {
        THINGS("a whole number"),
        BYTES("a size"),
        MILLISECONDS("a duration");

        private final String noun;

        Of(String noun) {
            this.noun = noun;
        }
    }

    private final Of of;
    private final long min;
    private final long max;
    private final String zeroName;

    /**
     * A range; sizes and durations are given as they are written.
     *
     * @param zeroName the name of zero, which is then allowed outside the range, or empty
     */
    Quantity(Of of, String min, String max, String zeroName) {
        this.of = of;
        this.min = number(of, min);
        this.max = number(of, max);
        this.zeroName = zeroName;
    }

    @Override
    public Long parse(String text) {
        if (!zeroName.isEmpty() && text.equals(zeroName)) {
            return 0L;
        }
        if (text.isEmpty()) {
            throw new IllegalArgumentException("no value: must be " + allowed());
        }
        long value;
        try {
            value = number(of, text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(Shown.text(text) + ": " + e.getMessage() + "; must be " + allowed(), e);
        }
        checkRange(value, text);
        return value;
    }

    @Override
    public void check(Long value) {
        checkRange(value, withUnit(value));
    }

    @Override
    public String print(Long value) {
        return value == 0 && !zeroName.isEmpty() ? zeroName : withUnit(value);
    }

    @Override
    public String allowed() {
        String range = of.noun + " from " + withUnit(min) + " to " + withUnit(max);
        return zeroName.isEmpty() ? range : range + ", or " + zeroName;
    }

    private void checkRange(long value, String written) {
        boolean namedZero = value == 0 && !zeroName.isEmpty();
        if (!namedZero && (value < min || value > max)) {
            throw new IllegalArgumentException(Shown.text(written) + ": must be " + allowed());
        }
    }

    private String withUnit(long value) {
        return switch (of) {
            case THINGS -> Long.toString(value);
            case BYTES -> ByteSize.print(value);
            case MILLISECONDS -> Durations.print(value);
        };
    }

    private static long number(Of of, String text) {
        return switch (of) {
            case THINGS -> wholeNumber(text);
            case BYTES -> ByteSize.parse(text);
            case MILLISECONDS -> Durations.parseMs(text);
        };
    }

    private static long wholeNumber(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                throw new IllegalArgumentException("not a whole number");
            }
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("too large", e);
        }
    }
}

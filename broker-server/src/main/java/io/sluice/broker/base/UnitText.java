package io.sluice.broker.base;

/** A whole number and what follows it, the common shape of sizes and durations. */
record UnitText(long number, String unit) {

    /**
     * Splits {@code 64 KiB}, {@code 64KiB} or {@code 64}.
     *
     * @param otherwise the message of the exception if the text does not begin with a number from 0 to 2^63 - 1
     * @throws IllegalArgumentException if there is no such number
     */
    static UnitText of(String text, String otherwise) {
        String stripped = text.strip();
        int end = 0;
        long number = 0;
        while (end < stripped.length() && isDigit(stripped.charAt(end))) {
            int digit = stripped.charAt(end) - '0';
            if (number > (Long.MAX_VALUE - digit) / 10) {
                throw new IllegalArgumentException("too large");
            }
            number = number * 10 + digit;
            end++;
        }
        if (end == 0) {
            throw new IllegalArgumentException(otherwise);
        }
        return new UnitText(number, stripped.substring(end).strip());
    }

    /** The number in units of {@code factor}; throws {@link IllegalArgumentException} if that exceeds a {@code long}. */
    long times(long factor) {
        if (number > Long.MAX_VALUE / factor) {
            throw new IllegalArgumentException("too large");
        }
        return number * factor;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}

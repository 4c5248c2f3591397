package io.sluice.broker.base;

/** Foreign text made fit to be shown in a message: on one line, without control characters. */
public final class Shown {
    /** The longest text, in characters. */
    public static final int MAX_CHARS = 80;

    private Shown() {}

    /** The text escaped and cut; {@code ""} if it is empty. */
    public static String text(String text) {
        if (text.isEmpty()) {
            return "\"\"";
        }
        String escaped = escape(text, MAX_CHARS);
        return escaped.length() <= MAX_CHARS ? escaped : cut(escaped);
    }

    /** The text escaped, whole: for paths and names, which must be found again. */
    public static String whole(String text) {
        return escape(text, Integer.MAX_VALUE);
    }

    private static String escape(String text, int enough) {
        StringBuilder escaped = new StringBuilder(Math.min(text.length(), MAX_CHARS) + 16);
        for (int i = 0; i < text.length() && escaped.length() <= enough; ) {
            int codePoint = text.codePointAt(i);
            if (isHarmless(codePoint)) {
                escaped.appendCodePoint(codePoint);
            } else {
                escaped.append("\\u{").append(Integer.toHexString(codePoint)).append('}');
            }
            i += Character.charCount(codePoint);
        }
        return escaped.toString();
    }

    private static String cut(String escaped) {
        int end = MAX_CHARS - 1;
        if (Character.isHighSurrogate(escaped.charAt(end - 1))) {
            end--;
        }
        return escaped.substring(0, end) + "…";
    }

    // Format characters are out as well: those that turn the direction of writing make a line read as another one.
    private static boolean isHarmless(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}

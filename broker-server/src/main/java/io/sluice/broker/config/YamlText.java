package io.sluice.broker.config;

import java.util.Locale;

/** Text as one YAML scalar, plain where that is safe everywhere, else in double quotes. */
final class YamlText {
    private YamlText() {}

    static String of(String text) {
        return isPlain(text) ? text : quoted(text);
    }

    private static boolean isPlain(String text) {
        if (text.isEmpty() || !isLetterOrDigit(text.charAt(0)) || text.equalsIgnoreCase("null")) {
            return false;
        }
        return text.chars().allMatch(c -> isLetterOrDigit(c) || c == '-' || c == '_' || c == '.' || c == '/');
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c >= ' ' && c < 0x7f) {
                quoted.append(c);
            } else {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        return quoted.append('"').toString();
    }

    private static boolean isLetterOrDigit(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }
}

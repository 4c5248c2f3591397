package io.sluice.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a terminal sends for the keys that are pressed. */
final class Keys {
    static final String ESCAPE = "escape";
    static final String ENTER = "enter";
    static final String BACKSPACE = "backspace";
    static final String TAB = "tab";
    static final String UP = "up";
    static final String DOWN = "down";
    static final String PAGE_UP = "page-up";
    static final String PAGE_DOWN = "page-down";
    static final String CTRL_U = "ctrl-u";
    static final String CTRL_Z = "ctrl-z";

    private static final char ESC = 0x1b;
    private static final Map<String, String> SEQUENCES =
            Map.of("[A", UP, "OA", UP, "[B", DOWN, "OB", DOWN, "[5~", PAGE_UP, "[6~", PAGE_DOWN);
    private static final Map<Character, String> CONTROLS = Map.of(
            '\r',
            ENTER,
            '\n',
            ENTER,
            '\t',
            TAB,
            '\b',
            BACKSPACE,
            (char) 0x7f,
            BACKSPACE,
            (char) 0x15,
            CTRL_U,
            (char) 0x1a,
            CTRL_Z);

    private Keys() {}

    /**
     * The keys in what one read has brought: names from above, or single characters. A terminal sends what belongs to one
     * key at once; a sequence that is not known is no key.
     */
    static List<String> of(byte[] bytes, int length) {
        String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
        List<String> keys = new ArrayList<>();
        int i = 0;
        while (i < text.length()) {
            if (text.charAt(i) == ESC) {
                int end = endOfSequence(text, i + 1);
                String key = end == i + 1 ? ESCAPE : SEQUENCES.get(text.substring(i + 1, end));
                if (key != null) {
                    keys.add(key);
                }
                i = end;
            } else {
                int codePoint = text.codePointAt(i);
                keys.add(CONTROLS.getOrDefault(text.charAt(i), Character.toString(codePoint)));
                i += Character.charCount(codePoint);
            }
        }
        return keys;
    }

    /** ECMA-48: ESC, {@code [}, parameters, and a final character from {@code @} to {@code ~}. */
    private static int endOfSequence(String text, int start) {
        if (start >= text.length() || (text.charAt(start) != '[' && text.charAt(start) != 'O')) {
            return start;
        }
        int i = start + 1;
        while (i < text.length() && (text.charAt(i) < '@' || text.charAt(i) > '~')) {
            i++;
        }
        return Math.min(text.length(), i + 1);
    }
}

package io.sluice.cli;

import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A table in columns of text. Where the width does not suffice, texts on the left are cut first, and then columns on the right
 * are left out: the most important come first.
 */
final class TextTable {
    private static final String GAP = "  ";
    private static final int SHORTEST_TEXT = 12;

    private final List<Column> columns = new ArrayList<>();

    private record Column(String title, boolean isText, Function<Json, String> value) {}

    /** A column of text, aligned to the left; it may be cut. */
    TextTable text(String title, Function<Json, String> value) {
        columns.add(new Column(title, true, value));
        return this;
    }

    /** A column of figures, aligned to the right; never cut. */
    TextTable figure(String title, Function<Json, String> value) {
        columns.add(new Column(title, false, value));
        return this;
    }

    /** The titles, and a line for each row; none has more than {@code width} places. */
    List<String> lines(List<Json> rows, int width) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(columns.stream().map(Column::title).toList());
        for (Json row : rows) {
            cells.add(columns.stream().map(column -> column.value.apply(row)).toList());
        }
        int[] widths = new int[columns.size()];
        for (List<String> line : cells) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(line.get(i)));
            }
        }
        int shown = fit(widths, width);
        return cells.stream().map(line -> cut(line(line, widths, shown), width)).toList();
    }

    /** Narrows columns of text; returns how many columns can be shown. */
    private int fit(int[] widths, int width) {
        int shown = widths.length;
        while (true) {
            int excess = total(widths, shown) - width;
            for (int i = shown - 1; i >= 0 && excess > 0; i--) {
                if (columns.get(i).isText) {
                    int less = Math.min(excess, Math.max(0, widths[i] - SHORTEST_TEXT));
                    widths[i] -= less;
                    excess -= less;
                }
            }
            if (excess <= 0 || shown == 1) {
                return shown;
            }
            shown--;
        }
    }

    private static int total(int[] widths, int shown) {
        int total = (shown - 1) * GAP.length();
        for (int i = 0; i < shown; i++) {
            total += widths[i];
        }
        return total;
    }

    private String line(List<String> cells, int[] widths, int shown) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < shown; i++) {
            String cell = cut(cells.get(i), widths[i]);
            String blanks = " ".repeat(widths[i] - width(cell));
            line.append(i == 0 ? "" : GAP).append(columns.get(i).isText ? cell + blanks : blanks + cell);
        }
        return line.toString().stripTrailing();
    }

    /** As much of a text as has room, with an ellipsis if something is missing. */
    static String cut(String text, int width) {
        if (width(text) <= width) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        int places = 0;
        for (int codePoint : text.codePoints().toArray()) {
            places += places(codePoint);
            if (places > width - 1) {
                break;
            }
            shown.appendCodePoint(codePoint);
        }
        return width < 1 ? "" : shown.append('…').toString();
    }

    /** How many places of a terminal it takes, as far as that can be known. */
    static int width(String text) {
        return text.codePoints().map(TextTable::places).sum();
    }

    private static int places(int codePoint) {
        if (codePoint < 0x300) {
            return 1;
        }
        switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT:
                return 0;
            default:
        }
        boolean isWide = (codePoint >= 0x1f300 && codePoint <= 0x1faff)
                || (codePoint >= 0xff01 && codePoint <= 0xff60)
                || switch (UnicodeScript.of(codePoint)) {
                    case HAN, HIRAGANA, KATAKANA, HANGUL -> true;
                    default -> false;
                };
        return isWide ? 2 : 1;
    }
}

package io.sluice.broker.config;

import java.util.Collection;
import java.util.Locale;

/** Finds the name that somebody probably meant, by the number of letters to change. */
final class Nearest {
    /** No name is as long; a longer text is compared by its beginning. */
    private static final int MAX_LENGTH = 80;

    private Nearest() {}

    /** {@code "; did you mean X?"}, or nothing if no name comes near. */
    static String hint(String unknown, Collection<String> known) {
        String text = unknown.length() <= MAX_LENGTH ? unknown : unknown.substring(0, MAX_LENGTH);
        String nearest = "";
        int least = Math.max(2, text.length() / 2) + 1;
        for (String name : known) {
            int distance = distance(text, name);
            if (distance < least) {
                least = distance;
                nearest = name;
            }
        }
        return nearest.isEmpty() ? "" : "; did you mean " + nearest + "?";
    }

    private static int distance(String text, String name) {
        if (name.endsWith("." + text)) {
            return 1; // The key is right and the section was forgotten.
        }
        return edits(text.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
    }

    /** Letters to insert, delete or replace to make one of the other. */
    private static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}

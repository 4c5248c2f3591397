package plainsocket;

import java.util.Arrays;
import java.util.List;

/** A promise that was not kept: what was expected, what came. */
final class Failure extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int SHOWN_CHARACTERS = 200;

    Failure(String expected, String came) {
        super("expected " + expected + "; came " + came);
    }

    /** Throws unless both are equal; of two lists it shows where they differ first. */
    static void unlessEqual(String what, Object expected, Object came) throws Failure {
        if (expected.equals(came)) {
            return;
        }
        if (expected instanceof List<?> all && came instanceof List<?> others) {
            int same = 0;
            while (same < Math.min(all.size(), others.size()) && all.get(same).equals(others.get(same))) {
                same++;
            }
            throw new Failure(
                    what + ": " + all.size() + ", at " + same + " " + some(all, same),
                    others.size() + ", there " + some(others, same));
        }
        throw new Failure(what + ": " + shorten(expected.toString()), shorten(came.toString()));
    }

    /** Throws unless both have the same bytes. */
    static void unlessSame(String what, byte[] expected, byte[] came) throws Failure {
        int difference = Arrays.mismatch(expected, came);
        if (difference >= 0) {
            throw new Failure(
                    what + ": " + expected.length + " bytes", came.length + " bytes, different from " + difference);
        }
    }

    /** Throws unless each number is greater than the one before. */
    static void unlessAscending(String what, List<Integer> numbers) throws Failure {
        for (int i = 1; i < numbers.size(); i++) {
            if (numbers.get(i) <= numbers.get(i - 1)) {
                throw new Failure(
                        what + " in ascending order",
                        numbers.get(i) + " after " + numbers.get(i - 1) + " (at " + i + ")");
            }
        }
    }

    private static String some(List<?> all, int from) {
        return shorten(all.subList(from, Math.min(all.size(), from + 5)).toString());
    }

    private static String shorten(String text) {
        return text.length() <= SHOWN_CHARACTERS
                ? text
                : text.substring(0, SHOWN_CHARACTERS) + "... (" + text.length() + " characters in all)";
    }
}

package io.sluice.loadtest.generator;

import java.util.Arrays;

/**
 * Which numbers of one publisher have come to a queue, at whichever subscriber: a bitmap that slides over them. It grows
 * with how far apart they come, to 2 MiB; below it, what has not come by then is given up.
 */
final class SeenNumbers {
    /** Numbers that are remembered behind the highest, at least. */
    static final int MAX_BITS = 1 << 24;

    private static final int FIRST_WORDS = 1 << 8;

    /** A ring: the word of number n is at n / 64, modulo its length. */
    private long[] words = new long[FIRST_WORDS];

    /** The first word of the bitmap; every number below it has come, or was given up. */
    private long firstWord;

    private long count;

    /** Numbers that came, each once. */
    long count() {
        return count;
    }

    /** Takes a number. Returns false if it has come before, or was given up. */
    boolean add(long number) {
        long word = number >>> 6;
        if (word < firstWord) {
            return false;
        }
        if (word - firstWord >= words.length) {
            makeRoom(word);
        }
        int at = (int) word & (words.length - 1);
        long bit = 1L << number;
        if ((words[at] & bit) != 0) {
            return false;
        }
        words[at] |= bit;
        count++;
        if (words[at] == -1L && word == firstWord) {
            slide();
        }
        return true;
    }

    private void slide() {
        int at = (int) firstWord & (words.length - 1);
        while (words[at] == -1L) {
            words[at] = 0;
            firstWord++;
            at = (int) firstWord & (words.length - 1);
        }
    }

    private void makeRoom(long word) {
        while (word - firstWord >= words.length && words.length < MAX_BITS / Long.SIZE) {
            grow();
        }
        long first = word - words.length + 1;
        if (first - firstWord >= words.length) {
            Arrays.fill(words, 0);
            firstWord = first;
        }
        while (firstWord < first) {
            words[(int) firstWord & (words.length - 1)] = 0;
            firstWord++;
        }
    }

    private void grow() {
        long[] larger = new long[2 * words.length];
        for (long word = firstWord; word < firstWord + words.length; word++) {
            larger[(int) word & (larger.length - 1)] = words[(int) word & (words.length - 1)];
        }
        words = larger;
    }
}

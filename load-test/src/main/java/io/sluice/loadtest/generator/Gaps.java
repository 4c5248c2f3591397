package io.sluice.loadtest.generator;

import java.util.Arrays;

/** Ranges of numbers that have not come, ascending. Bounded: the oldest is forgotten, and what it holds stays missing. */
final class Gaps {
    /** The most ranges that are remembered. */
    static final int MAX_RANGES = 4096;

    private static final int FIRST_RANGES = 16;

    /** The first and the one after the last of each range. */
    private long[] bounds = new long[2 * FIRST_RANGES];

    private int ranges;
    private long missing;

    /** Numbers in all ranges, forgotten ones included. */
    long missing() {
        return missing;
    }

    /** Adds {@code from} (inclusive) to {@code to} (exclusive), which is behind all others. */
    void add(long from, long to) {
        missing += to - from;
        insert(ranges, from, to);
    }

    /** Fills a number. Returns false if it is in no range. */
    boolean fill(long number) {
        int range = find(number);
        if (range < 0) {
            return false;
        }
        missing--;
        long from = bounds[2 * range];
        long to = bounds[2 * range + 1];
        if (number == from && number + 1 == to) {
            remove(range);
        } else if (number == from) {
            bounds[2 * range] = number + 1;
        } else {
            bounds[2 * range + 1] = number;
            if (number + 1 < to) {
                insert(range + 1, number + 1, to);
            }
        }
        return true;
    }

    private int find(long number) {
        int low = 0;
        int high = ranges - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (number < bounds[2 * middle]) {
                high = middle - 1;
            } else if (number >= bounds[2 * middle + 1]) {
                low = middle + 1;
            } else {
                return middle;
            }
        }
        return -1;
    }

    private void insert(int range, long from, long to) {
        int at = range;
        if (ranges == MAX_RANGES) {
            remove(0);
            // The first range itself was split: its second half is now the first.
            at = Math.max(0, at - 1);
        } else if (2 * ranges == bounds.length) {
            bounds = Arrays.copyOf(bounds, 2 * bounds.length);
        }
        System.arraycopy(bounds, 2 * at, bounds, 2 * at + 2, 2 * (ranges - at));
        bounds[2 * at] = from;
        bounds[2 * at + 1] = to;
        ranges++;
    }

    private void remove(int range) {
        System.arraycopy(bounds, 2 * range + 2, bounds, 2 * range, 2 * (ranges - range - 1));
        ranges--;
    }
}

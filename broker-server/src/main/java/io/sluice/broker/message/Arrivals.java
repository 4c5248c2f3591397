package io.sluice.broker.message;

import java.util.Arrays;

/**
 * The arrival numbers of the messages of a batch, ascending, as runs of equal distance.
 *
 * <p>A batch as it came in is one run of distance 1; the share that one of N subscribers got of it is, while turns are
 * regular, one run of distance N. So a share of a thousand messages needs three numbers and not a thousand.
 *
 * <p>Not thread-safe.
 */
public final class Arrivals {
    private static final int FIRST = 0;
    private static final int DISTANCE = 1;
    private static final int COUNT = 2;
    private static final int RUN = 3;

    private long[] runs = new long[RUN];
    private int end;

    /** {@code count} (1 or more) consecutive numbers beginning with {@code first}. */
    public static Arrivals consecutive(long first, int count) {
        return every(1, first, count);
    }

    /** {@code count} (1 or more) numbers beginning with {@code first}, {@code distance} apart. */
    public static Arrivals every(int distance, long first, int count) {
        Arrivals arrivals = new Arrivals();
        arrivals.startRun(first, distance, count);
        return arrivals;
    }

    /** Adds a number greater than all so far. */
    public void append(long number) {
        if (end == 0) {
            startRun(number, 1, 1);
            return;
        }
        int run = end - RUN;
        long distance = number - last();
        if (runs[run + COUNT] == 1) {
            runs[run + DISTANCE] = distance;
        } else if (runs[run + DISTANCE] != distance) {
            startRun(number, 1, 1);
            return;
        }
        runs[run + COUNT]++;
    }

    /** Adds all of another, which begins after the last number here. */
    public void appendAll(Arrivals later) {
        for (int run = 0; run < later.end; run += RUN) {
            long first = later.runs[run + FIRST];
            long distance = later.runs[run + DISTANCE];
            long count = later.runs[run + COUNT];
            int mine = end - RUN;
            boolean continues = end > 0 && runs[mine + DISTANCE] == distance && last() + distance == first;
            if (continues) {
                runs[mine + COUNT] += count;
            } else {
                startRun(first, distance, count);
            }
        }
    }

    /** Whether each number follows the one before. */
    public boolean areConsecutive() {
        return end == RUN && (runs[DISTANCE] == 1 || runs[COUNT] == 1);
    }

    /** The smallest number. */
    public long first() {
        return runs[FIRST];
    }

    /** The number at a position, counted from 0. */
    public long get(int position) {
        long skip = position;
        int run = 0;
        while (skip >= runs[run + COUNT]) {
            skip -= runs[run + COUNT];
            run += RUN;
        }
        return runs[run + FIRST] + skip * runs[run + DISTANCE];
    }

    /** A copy without the first {@code skipped} numbers, of which there must be more. */
    public Arrivals from(int skipped) {
        Arrivals rest = new Arrivals();
        long skip = skipped;
        for (int run = 0; run < end; run += RUN) {
            long count = runs[run + COUNT];
            if (skip < count) {
                rest.startRun(runs[run + FIRST] + skip * runs[run + DISTANCE], runs[run + DISTANCE], count - skip);
            }
            skip = Math.max(0, skip - count);
        }
        return rest;
    }

    /** The greatest number. */
    public long last() {
        int run = end - RUN;
        return runs[run + FIRST] + (runs[run + COUNT] - 1) * runs[run + DISTANCE];
    }

    private void startRun(long first, long distance, long count) {
        if (end == runs.length) {
            runs = Arrays.copyOf(runs, 2 * runs.length);
        }
        runs[end + FIRST] = first;
        runs[end + DISTANCE] = distance;
        runs[end + COUNT] = count;
        end += RUN;
    }
}

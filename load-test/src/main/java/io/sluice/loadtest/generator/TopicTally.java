package io.sluice.loadtest.generator;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A subscriber that is to have everything that goes to its destination, in the order of each publisher. */
final class TopicTally implements Tally {
    private static final long NOT_HERE = -1;

    private final int marker;

    /** For each publisher the next number; {@link #NOT_HERE} if it does not publish to this destination. */
    private final long[] next;

    private final @Nullable Gaps[] gaps;
    private long duplicated;
    private long reordered;

    /** The stamp that comes next if nothing is wrong and the publisher stays the same: one comparison checks it all. */
    private long expected;

    private int publisher;

    /** A tally for the destination of that number. */
    TopicTally(int marker, Placement placement, int destination) {
        this.marker = marker;
        next = new long[placement.publishers()];
        gaps = new Gaps[next.length];
        Arrays.fill(next, NOT_HERE);
        for (int i = next.length - 1; i >= 0; i--) {
            if (placement.publishes(i, destination)) {
                next[i] = 0;
                publisher = i;
            }
        }
        expected = Stamp.of(marker, publisher, 0);
    }

    @Override
    public boolean accept(long stamp) {
        if (stamp == expected) {
            expected = stamp + 1;
            return true;
        }
        return acceptUnexpected(stamp);
    }

    private boolean acceptUnexpected(long stamp) {
        int from = Stamp.publisher(stamp);
        if (Stamp.marker(stamp) != marker || from >= next.length || next[from] == NOT_HERE) {
            return false;
        }
        next[publisher] = Stamp.number(expected);
        publisher = from;
        long due = next[from];
        long number = Stamp.number(stamp);
        if (number >= due) {
            if (number > due) {
                gapsOf(from).add(due, number);
            }
            due = number + 1;
        } else if (gapsOf(from).fill(number)) {
            reordered++;
        } else {
            duplicated++;
        }
        expected = Stamp.of(marker, from, due);
        return true;
    }

    private Gaps gapsOf(int publisher) {
        Gaps own = gaps[publisher];
        if (own == null) {
            own = new Gaps();
            gaps[publisher] = own;
        }
        return own;
    }

    /** The number of a publisher's messages that have come or been passed over. */
    long reached(int publisher) {
        return publisher == this.publisher ? Stamp.number(expected) : next[publisher];
    }

    /** How many of the first {@code published} messages of a publisher have not come. */
    long missing(int publisher, long published) {
        Gaps own = gaps[publisher];
        return published - reached(publisher) + (own == null ? 0 : own.missing());
    }

    @Override
    public long duplicated() {
        return duplicated;
    }

    @Override
    public long reordered() {
        return reordered;
    }
}

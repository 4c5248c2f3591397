package io.sluice.loadtest.generator;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One of the subscribers that share what goes to a queue: each publisher's numbers ascend at each of them. */
final class QueueTally implements Tally {
    private final int marker;
    private final @Nullable SeenNumbers[] seen;
    private final long[] highest;
    private long duplicated;
    private long reordered;

    /**
     * A tally of one subscriber.
     *
     * @param seen for each publisher, what has come to any subscriber of the queue; null if it does not publish to it
     */
    QueueTally(int marker, @Nullable SeenNumbers[] seen) {
        this.marker = marker;
        this.seen = seen;
        highest = new long[seen.length];
        Arrays.fill(highest, -1);
    }

    @Override
    public boolean accept(long stamp) {
        int publisher = Stamp.publisher(stamp);
        if (Stamp.marker(stamp) != marker || publisher >= seen.length) {
            return false;
        }
        SeenNumbers numbers = seen[publisher];
        if (numbers == null) {
            return false;
        }
        long number = Stamp.number(stamp);
        if (!numbers.add(number)) {
            duplicated++;
        } else if (number < highest[publisher]) {
            reordered++;
        } else {
            highest[publisher] = number;
        }
        return true;
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

package io.sluice.loadtest.generator;

import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Everything is to come once, at anybody. */
final class QueueDestination implements Destination {
    private final int marker;
    private final Window[] windows;
    private final int[] publishers;

    /** For each publisher of the load what has come; null for those that do not publish here. */
    private final @Nullable SeenNumbers[] seen;

    private final SeenNumbers[] seenOf;
    private final long[] told;

    /**
     * A queue.
     *
     * @param windows of all publishers; empty where there are none
     */
    QueueDestination(int marker, Placement placement, int number, Window[] windows) {
        this.marker = marker;
        this.windows = windows;
        publishers = IntStream.range(0, placement.publishers())
                .filter(publisher -> placement.publishes(publisher, number))
                .toArray();
        seen = new SeenNumbers[placement.publishers()];
        seenOf = new SeenNumbers[publishers.length];
        for (int i = 0; i < publishers.length; i++) {
            seenOf[i] = new SeenNumbers();
            seen[publishers[i]] = seenOf[i];
        }
        told = new long[publishers.length];
    }

    @Override
    public Tally newTally(boolean slow) {
        return new QueueTally(marker, seen);
    }

    @Override
    public void arrived(Tally reader) {
        if (windows.length == 0) {
            return;
        }
        for (int i = 0; i < publishers.length; i++) {
            long more = seenOf[i].count() - told[i];
            if (more > 0) {
                told[i] += more;
                windows[publishers[i]].arrived(more);
            }
        }
    }

    @Override
    public long lost(long[] published) {
        long lost = 0;
        for (int i = 0; i < publishers.length; i++) {
            lost += published[publishers[i]] - seenOf[i].count();
        }
        return lost;
    }

    @Override
    public long missing(Tally reader, long[] published) {
        return 0;
    }
}

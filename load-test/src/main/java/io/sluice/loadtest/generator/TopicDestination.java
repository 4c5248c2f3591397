package io.sluice.loadtest.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Everybody is to have everything: what counts for a window is what the slowest healthy subscriber has. */
final class TopicDestination implements Destination {
    private final int marker;
    private final Placement placement;
    private final int number;
    private final Window[] windows;
    private final List<TopicTally> healthy = new ArrayList<>();

    /** Who publishes here; for each of them what all have reached, and who was the last to. */
    private final int[] publishers;

    private final long[] reached;
    private final int[] slowest;

    /**
     * A topic.
     *
     * @param windows of all publishers; empty where there are none
     */
    TopicDestination(int marker, Placement placement, int number, Window[] windows) {
        this.marker = marker;
        this.placement = placement;
        this.number = number;
        this.windows = windows;
        publishers = IntStream.range(0, placement.publishers())
                .filter(publisher -> placement.publishes(publisher, number))
                .toArray();
        reached = new long[publishers.length];
        slowest = new int[publishers.length];
    }

    @Override
    public TopicTally newTally(boolean slow) {
        TopicTally tally = new TopicTally(marker, placement, number);
        if (!slow) {
            healthy.add(tally);
        }
        return tally;
    }

    @Override
    public void arrived(Tally reader) {
        if (windows.length == 0 || healthy.isEmpty()) {
            return;
        }
        for (int i = 0; i < publishers.length; i++) {
            // Only if the one that all waited for has moved, somebody else can be the slowest.
            if (healthy.get(slowest[i]) == reader) {
                findSlowest(i);
            }
        }
    }

    private void findSlowest(int i) {
        int publisher = publishers[i];
        long least = Long.MAX_VALUE;
        for (int s = 0; s < healthy.size(); s++) {
            long has = healthy.get(s).reached(publisher);
            if (has < least) {
                least = has;
                slowest[i] = s;
                if (has == reached[i]) {
                    break;
                }
            }
        }
        long more = least - reached[i];
        if (more > 0) {
            reached[i] = least;
            windows[publisher].arrived(more);
        }
    }

    @Override
    public long lost(long[] published) {
        long lost = 0;
        for (TopicTally tally : healthy) {
            lost += missing(tally, published);
        }
        return lost;
    }

    @Override
    public long missing(Tally reader, long[] published) {
        TopicTally tally = (TopicTally) reader;
        long missing = 0;
        for (int publisher : publishers) {
            missing += tally.missing(publisher, published[publisher]);
        }
        return missing;
    }
}

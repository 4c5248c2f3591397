package io.sluice.broker.delivery;

import io.sluice.broker.metrics.SlowEpisode;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The slow episode one subscriber is in, and its last ones. Guarded by the send queue's lock. */
final class SlowEpisodes {
    private static final int REMEMBERED = 20;

    /** Those that are over, newest first. Few subscribers ever have any. */
    private @Nullable ArrayDeque<SlowEpisode> over;

    private @Nullable Instant since;
    private long droppedBefore;
    private long peakMessages;
    private long peakBytes;

    /** @param droppedMessages how many it had lost before */
    void start(long droppedMessages) {
        since = Instant.now();
        droppedBefore = droppedMessages;
        peakMessages = 0;
        peakBytes = 0;
    }

    boolean isSlow() {
        return since != null;
    }

    /** Since when it has been slow; null if it is not. */
    @Nullable
    Instant since() {
        return since;
    }

    /** How many it had lost before it became slow. */
    long droppedBefore() {
        return droppedBefore;
    }

    /** While it is slow: so much is queued for it. */
    void holds(long messages, long bytes) {
        peakMessages = Math.max(peakMessages, messages);
        peakBytes = Math.max(peakBytes, bytes);
    }

    /** Ends the episode, if there is one. */
    void end(long droppedMessages) {
        if (since == null) {
            return;
        }
        if (over == null) {
            over = new ArrayDeque<>();
        } else if (over.size() == REMEMBERED) {
            over.removeLast();
        }
        over.addFirst(episode(since, Instant.now(), droppedMessages));
        since = null;
    }

    /** The last 20, newest first; one that lasts has no end. */
    List<SlowEpisode> list(long droppedMessages) {
        List<SlowEpisode> episodes = new ArrayList<>();
        if (since != null) {
            episodes.add(episode(since, null, droppedMessages));
        }
        if (over != null) {
            over.stream().limit(REMEMBERED - episodes.size()).forEach(episodes::add);
        }
        return episodes;
    }

    private SlowEpisode episode(Instant start, @Nullable Instant end, long droppedMessages) {
        return new SlowEpisode(start, end, peakMessages, peakBytes, droppedMessages - droppedBefore);
    }
}

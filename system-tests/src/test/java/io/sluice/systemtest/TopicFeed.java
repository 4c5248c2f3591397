package io.sluice.systemtest;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One publisher of messages to several topics, in runs: a few to one, then a few to another. A topic whose window is
 * closed waits while others go on.
 */
final class TopicFeed implements Feed {
    private static final int HEADER_BYTES = 4;

    private final MessagePlan plan;
    private final int publisher;
    private final byte[][] destinations;
    private final List<TopicWindow> windows;
    private final long perDestination;
    private final int longestRun;
    private final SplittableRandom random;
    private final long[] sent;
    private int destination;
    private int leftOfRun;
    private volatile boolean stopped;

    /** @param perDestination how many messages to each destination */
    TopicFeed(
            MessagePlan plan,
            int publisher,
            List<String> destinations,
            List<TopicWindow> windows,
            long perDestination,
            int longestRun,
            long seed) {
        this.plan = plan;
        this.publisher = publisher;
        this.destinations = destinations.stream().map(LoadClient::frame).toArray(byte[][]::new);
        this.windows = List.copyOf(windows);
        this.perDestination = perDestination;
        this.longestRun = longestRun;
        this.random = new SplittableRandom(seed + publisher);
        this.sent = new long[destinations.size()];
    }

    /** Sends no more than it has. */
    void stop() {
        stopped = true;
    }

    /** How many it has sent to a destination. To be asked when its client has ended. */
    long sent(int toDestination) {
        return sent[toDestination];
    }

    @Override
    public boolean fill(ByteBuffer out) {
        int waiting = 0;
        while (!stopped && waiting < destinations.length) {
            if (leftOfRun == 0 || sent[destination] == perDestination) {
                waiting = chooseNext(waiting);
                continue;
            }
            long sequence = sent[destination];
            int size = plan.size(publisher, destination, sequence);
            byte[] name = destinations[destination];
            if (out.remaining() < name.length + HEADER_BYTES + size) {
                return true;
            }
            if (!windows.get(destination).claim(size)) {
                waiting++;
                leftOfRun = 0;
                continue;
            }
            waiting = 0;
            out.put(name).putInt(size);
            plan.write(out, publisher, destination, sequence, size);
            sent[destination] = sequence + 1;
            leftOfRun--;
        }
        return !stopped && hasMore();
    }

    private int chooseNext(int waiting) {
        // The next one, and not any one: each must be asked before it is said that all windows are closed.
        destination = (destination + 1) % destinations.length;
        leftOfRun = 1 + random.nextInt(longestRun);
        return sent[destination] == perDestination ? waiting + 1 : waiting;
    }

    private boolean hasMore() {
        for (long count : sent) {
            if (count < perDestination) {
                return true;
            }
        }
        return false;
    }
}

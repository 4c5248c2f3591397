package io.sluice.systemtest;

import java.nio.ByteBuffer;
import java.util.function.LongSupplier;

/** One publisher of messages to one destination. */
final class QueueFeed implements Feed {
    private static final int HEADER_BYTES = 4;

    private final MessagePlan plan;
    private final int publisher;
    private final int destination;
    private final byte[] name;
    private final LongSupplier allowed;
    private long sent;
    private volatile long last;

    /** As many as there are messages, as fast as they are taken. */
    QueueFeed(MessagePlan plan, int publisher, int destination, String name, long messages) {
        this(plan, publisher, destination, name, messages, () -> Long.MAX_VALUE);
    }

    /** @param allowed how many may have been sent by now */
    QueueFeed(MessagePlan plan, int publisher, int destination, String name, long messages, LongSupplier allowed) {
        this.plan = plan;
        this.publisher = publisher;
        this.destination = destination;
        this.name = LoadClient.frame(name);
        this.allowed = allowed;
        this.last = messages;
    }

    /** So many a second from now on. */
    static LongSupplier everySecond(long messages) {
        long beginNs = System.nanoTime();
        return () -> (long) (messages * LoadRun.secondsSince(beginNs));
    }

    /** Sends no more than it has. */
    void stop() {
        last = 0;
    }

    /** How many it has sent. To be asked when its client has ended, or the feed has. */
    long sent() {
        return sent;
    }

    @Override
    public boolean fill(ByteBuffer out) {
        long end = Math.min(last, allowed.getAsLong());
        while (sent < end) {
            int size = plan.size(publisher, destination, sent);
            if (out.remaining() < name.length + HEADER_BYTES + size) {
                return true;
            }
            out.put(name).putInt(size);
            plan.write(out, publisher, destination, sent, size);
            sent++;
        }
        return sent < last;
    }
}

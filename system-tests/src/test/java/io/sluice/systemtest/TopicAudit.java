package io.sluice.systemtest;

/**
 * What one subscriber of a topic received: whether it was every message of every publisher, once, unaltered and in the
 * order sent, and in which order the publishers' messages came.
 *
 * <p>Empty messages do not tell who sent them. They are counted, and no message may come before the empty ones that were
 * sent before it.
 */
final class TopicAudit implements Inbox {
    private final String who;
    private final MessagePlan plan;
    private final int destination;
    private final long[] next;
    private final Runnable afterRead;
    private long emptyReceived;
    private long emptyDue;
    private long received;
    private long bytes;
    private long order;

    // Written by the loop, read by anyone.
    private volatile long receivedMessages;
    private volatile long receivedBytes;

    /** @param afterRead is run on the loop, after each read */
    TopicAudit(String who, MessagePlan plan, int publishers, int destination, Runnable afterRead) {
        this.who = who;
        this.plan = plan;
        this.destination = destination;
        this.next = new long[publishers];
        this.afterRead = afterRead;
    }

    @Override
    public void message(byte[] payload, int offset, int length) {
        received++;
        bytes += length;
        if (length == 0) {
            emptyReceived++;
            order = 31 * order + MessagePlan.MAX_PUBLISHERS;
            return;
        }
        int publisher = MessagePlan.publisherOf(payload, offset);
        if (publisher >= next.length) {
            throw new AssertionError(who + " received a message of a publisher " + publisher + ", which there is not");
        }
        long due = skipEmpty(publisher, Long.MAX_VALUE);
        if (!plan.matches(payload, offset, length, publisher, destination, due)) {
            throw new AssertionError(notDue(payload, offset, length, publisher, due));
        }
        if (emptyDue > emptyReceived) {
            throw new AssertionError(who + " received message " + due + " of publisher " + publisher
                    + " before an empty one sent earlier: " + emptyDue + " were due, " + emptyReceived + " came");
        }
        next[publisher] = due + 1;
        order = 31 * order + publisher;
    }

    private long skipEmpty(int publisher, long sent) {
        long due = next[publisher];
        while (due < sent && plan.size(publisher, destination, due) == 0) {
            due++;
            emptyDue++;
        }
        next[publisher] = due;
        return due;
    }

    private String notDue(byte[] payload, int offset, int length, int publisher, long due) {
        String start = who + ": of publisher " + publisher + " message " + due + " was due, of "
                + plan.size(publisher, destination, due) + " bytes; ";
        if (length < MessagePlan.IDENTIFIED_BYTES) {
            return start + "one of " + length + " bytes came";
        }
        long came = MessagePlan.sequenceOf(payload, offset);
        String kind = came < due ? "doubled or late" : came > due ? "some before it are lost or late" : "altered";
        return start + "message " + came + " of " + length + " bytes came: " + kind;
    }

    @Override
    public void endOfRead() {
        receivedMessages = received;
        receivedBytes = bytes;
        afterRead.run();
    }

    /** All messages so far, of all publishers. */
    long receivedMessages() {
        return receivedMessages;
    }

    /** Bytes of payload so far. */
    long receivedBytes() {
        return receivedBytes;
    }

    /** Follows from the order in which the messages came; the same at all subscribers that received the same. */
    long order() {
        return order;
    }

    /**
     * Fails unless all came. To be called once, when its client has ended.
     *
     * @param sent by each publisher to this destination
     */
    void checkComplete(long[] sent) {
        for (int publisher = 0; publisher < next.length; publisher++) {
            long due = skipEmpty(publisher, sent[publisher]);
            if (due != sent[publisher]) {
                throw new AssertionError(
                        who + ": of publisher " + publisher + " came " + due + " of " + sent[publisher] + " messages");
            }
        }
        if (emptyReceived != emptyDue) {
            throw new AssertionError(who + ": " + emptyReceived + " empty messages came, " + emptyDue + " were sent");
        }
    }
}

package io.sluice.systemtest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What all subscribers of a queue received together: whether it was every message of every publisher, once and unaltered,
 * and at each subscriber in the order sent. All messages must be long enough to tell which they are.
 *
 * <p>All its subscribers belong to one loop.
 */
final class QueueAudit {
    private static final long NONE = -1;
    private static final int LONG_SECONDS = 30;

    private final MessagePlan plan;
    private final int destination;
    private final BitSet[] seen;
    private final List<Share> shares = new ArrayList<>();
    private long receivedInLoop;
    private volatile long received;

    QueueAudit(MessagePlan plan, int publishers, int destination) {
        this.plan = plan;
        this.destination = destination;
        this.seen = new BitSet[publishers];
        Arrays.setAll(seen, publisher -> new BitSet());
    }

    /** For one more subscriber. */
    Share share(String who) {
        Share share = new Share(who);
        shares.add(share);
        return share;
    }

    /** How many messages came, to all subscribers. */
    long received() {
        return received;
    }

    /** Waits until so many came; fails when for long none does. */
    void await(long messages, LoadLoop... loops) {
        long[] seen = {received, System.nanoTime()};
        LoadRun.await("messages come", loops).until(() -> {
            if (received != seen[0]) {
                seen[0] = received;
                seen[1] = System.nanoTime();
            } else if (received < messages && LoadRun.secondsSince(seen[1]) > LONG_SECONDS) {
                throw new AssertionError("of " + messages + " messages came " + received + ", and then none for "
                        + LONG_SECONDS + " s: " + shares);
            }
            return received >= messages;
        });
    }

    /** Fails unless all came. To be called when nothing more can come. */
    void checkComplete(long... sent) {
        for (int publisher = 0; publisher < seen.length; publisher++) {
            long missing = sent[publisher] - seen[publisher].cardinality();
            if (missing != 0 || seen[publisher].length() != sent[publisher]) {
                throw new AssertionError("of publisher " + publisher + " " + missing + " of " + sent[publisher]
                        + " messages did not come, the first of them "
                        + seen[publisher].nextClearBit(0) + ", and " + seen[publisher].length() + " is after the last");
            }
        }
        long total = LongStream.of(sent).sum();
        if (received != total) {
            throw new AssertionError(received + " messages came, " + total + " were sent");
        }
    }

    /** What one subscriber received. */
    final class Share implements Inbox {
        private final String who;
        private final long[] last;
        private final long[] distance;
        private long messages;
        private long lowest = Long.MAX_VALUE;
        private boolean mayGoBack;
        private volatile long receivedMessages;

        private Share(String who) {
            this.who = who;
            this.last = new long[seen.length];
            this.distance = new long[seen.length];
            Arrays.fill(last, NONE);
        }

        /** Messages that others gave back may come after later ones. */
        Share mayGoBack() {
            mayGoBack = true;
            return this;
        }

        @Override
        public void message(byte[] bytes, int offset, int length) {
            if (length < MessagePlan.IDENTIFIED_BYTES) {
                throw new AssertionError(who + " received a message of " + length + " bytes, which nobody sent");
            }
            int publisher = MessagePlan.publisherOf(bytes, offset);
            long sequence = MessagePlan.sequenceOf(bytes, offset);
            if (publisher >= seen.length
                    || sequence < 0
                    || sequence > Integer.MAX_VALUE
                    || !plan.matches(bytes, offset, length, publisher, destination, sequence)) {
                throw new AssertionError(who + " received an altered message: publisher " + publisher + ", number "
                        + sequence + ", " + length + " bytes");
            }
            if (seen[publisher].get((int) sequence)) {
                throw new AssertionError(
                        who + " received message " + sequence + " of publisher " + publisher + ", which came before");
            }
            seen[publisher].set((int) sequence);
            note(publisher, sequence);
            messages++;
            receivedInLoop++;
        }

        private void note(int publisher, long sequence) {
            if (last[publisher] != NONE) {
                if (sequence < last[publisher] && !mayGoBack) {
                    throw new AssertionError(who + " received message " + sequence + " of publisher " + publisher
                            + " after " + last[publisher]);
                }
                distance[publisher] = Math.max(distance[publisher], sequence - last[publisher]);
            }
            last[publisher] = sequence;
            lowest = Math.min(lowest, sequence);
        }

        @Override
        public void endOfRead() {
            receivedMessages = messages;
            received = receivedInLoop;
        }

        long receivedMessages() {
            return receivedMessages;
        }

        /** The largest step from one message of a publisher to the next that came here. */
        long largestStep(int publisher) {
            return distance[publisher];
        }

        /** The lowest number that came here, of any publisher. */
        long lowest() {
            return lowest;
        }

        @Override
        public String toString() {
            return who + ": " + receivedMessages;
        }
    }
}

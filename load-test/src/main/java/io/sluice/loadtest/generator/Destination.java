package io.sluice.loadtest.generator;

/** What has come of the messages to one destination, over all its subscribers. Belongs to the subscribers' loop. */
interface Destination {
    /** A tally for one more subscriber. Before anything is read. */
    Tally newTally(boolean slow);

    /** A subscriber has taken in what it read: windows may open. */
    void arrived(Tally reader);

    /**
     * What healthy subscribers should have got and did not; of a queue what nobody got.
     *
     * @param published by each publisher to this destination
     */
    long lost(long[] published);

    /** What one subscriber, healthy or not, did not get though it should have; 0 in a queue, where others get it. */
    long missing(Tally reader, long[] published);
}

package io.sluice.loadtest.generator;

/**
 * Checks the stamps that one subscriber receives, in the order in which it does. Belongs to the subscribers' loop.
 *
 * <p>Never larger than a few thousand gaps, or one bitmap a queue: what is forgotten of a very broken stream stays lost,
 * and counts as duplicated should it come after all.
 */
interface Tally {
    /** Takes a stamp. Returns false if it is not of a message that this subscriber is to have. */
    boolean accept(long stamp);

    /** Messages that came more than once. */
    long duplicated();

    /** Messages that came after one of the same publisher with a higher number. */
    long reordered();
}

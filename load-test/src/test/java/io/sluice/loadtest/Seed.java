package io.sluice.loadtest;

import java.util.Random;

/** Randomness that can be had again: {@code -Dsluice.seed=…} repeats a run that failed. */
public final class Seed {
    /** A statement that has to hold for any input. */
    public interface Property {
        void holds(Random random) throws Exception;
    }

    private Seed() {}

    /** Checks a property on so many inputs; a failure names the seed and the round. */
    public static void check(int rounds, Property property) {
        long seed = Long.getLong("sluice.seed", System.nanoTime());
        System.out.println("repeat with -Dsluice.seed=" + seed);
        Random seeds = new Random(seed);
        for (int round = 0; round < rounds; round++) {
            try {
                property.holds(new Random(seeds.nextLong()));
            } catch (Throwable e) {
                throw new AssertionError("round " + round + " failed; repeat with -Dsluice.seed=" + seed, e);
            }
        }
    }
}

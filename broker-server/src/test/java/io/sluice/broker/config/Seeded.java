package io.sluice.broker.config;

import java.util.Random;

/** Runs a property many times on random input; {@code -Dsluice.test.seed=…} repeats a run that failed. */
final class Seeded {
    interface Property {
        void holds(Random random) throws Exception;
    }

    private Seeded() {}

    static void check(int rounds, Property property) {
        long seed = Long.getLong("sluice.test.seed", System.nanoTime());
        System.out.println("repeat with -Dsluice.test.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < rounds; round++) {
            try {
                property.holds(random);
            } catch (Throwable e) {
                throw new AssertionError("round " + round + " failed; repeat with -Dsluice.test.seed=" + seed, e);
            }
        }
    }
}

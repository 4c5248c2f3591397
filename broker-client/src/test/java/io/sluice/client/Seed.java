package io.sluice.client;

/** What random choices follow from: the system property {@code sluice.seed}, else the time. Printed. */
final class Seed {
    private Seed() {}

    static long of(String test) {
        String given = System.getProperty("sluice.seed");
        long seed = given == null ? System.nanoTime() : Long.parseLong(given);
        System.out.println(test + ": -Dsluice.seed=" + seed);
        return seed;
    }
}

package io.sluice.systemtest;

/** How much a test does: little, unless the system property {@code sluice.size} is {@code full}. */
final class TestSize {
    private TestSize() {}

    static boolean isFull() {
        return "full".equals(System.getProperty("sluice.size"));
    }

    static <T> T pick(T little, T full) {
        return isFull() ? full : little;
    }

    /** What random choices follow from: the system property {@code sluice.seed}, else the time. Printed. */
    static long seed(String test) {
        String given = System.getProperty("sluice.seed");
        long seed = given == null ? System.nanoTime() : Long.parseLong(given);
        System.out.println(test + ": -Dsluice.seed=" + seed);
        return seed;
    }
}

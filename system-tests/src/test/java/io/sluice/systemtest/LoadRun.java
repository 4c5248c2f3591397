package io.sluice.systemtest;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** How large a run is, and from which seed: {@code -Dsluice.size=full}, {@code -Dsluice.seed=42}. */
final class LoadRun {
    private static final boolean FULL = "full".equals(System.getProperty("sluice.size"));
    private static final Duration PATIENCE = Duration.ofSeconds(FULL ? 1800 : 300);

    private LoadRun() {}

    static boolean isFull() {
        return FULL;
    }

    /** The first in a run that is part of every build, the second where there is time. */
    static int size(int small, int full) {
        return FULL ? full : small;
    }

    /** The seed given, or a new one; printed, so that what failed can be repeated. */
    static long seed(String test) {
        Long given = Long.getLong("sluice.seed");
        long seed = given == null ? ThreadLocalRandom.current().nextLong(1_000_000_000) : given;
        System.out.println(test + ": -Dsluice.seed=" + seed);
        return seed;
    }

    /** Waits long, since machines are slow, but gives up as soon as a client has failed. */
    static ConditionFactory await(String what, LoadLoop... loops) {
        return Awaitility.await(what)
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .failFast(() -> {
                    for (LoadLoop loop : loops) {
                        loop.check();
                    }
                });
    }

    /** Time since a reading of {@link System#nanoTime()}, in seconds. */
    static double secondsSince(long nanoTime) {
        return (System.nanoTime() - nanoTime) / (double) TimeUnit.SECONDS.toNanos(1);
    }
}

package io.sluice.loadtest.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs every benchmark for a moment, with all its parameters: what it measures is worthless, that it runs is not. */
class BenchmarksTest {
    /** JMH allows one run at a time on a host, which is for measuring. */
    private static final String IGNORE_LOCK = "jmh.ignoreLock";

    @BeforeEach
    void ignoreLock() {
        System.setProperty(IGNORE_LOCK, "true");
    }

    @AfterEach
    void respectLock() {
        System.clearProperty(IGNORE_LOCK);
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void everyBenchmarkRunsAndCounts() throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("^" + Pattern.quote(getClass().getPackageName()) + "\\.")
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(10))
                        .timeout(TimeValue.seconds(10))
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();

        assertThat(results)
                .extracting(result -> simpleName(result.getParams().getBenchmark()))
                .contains(
                        "DecodeBenchmark.frames",
                        "InboundBenchmark.read",
                        "RouteBenchmark.publish",
                        "SendQueueBenchmark.stream",
                        "SendQueueBenchmark.hop",
                        "LockOrInboxBenchmark.publish",
                        "FanOutBenchmark.shared",
                        "FanOutBenchmark.copied");
        assertThat(results).allSatisfy(result -> {
            assertThat(result.getPrimaryResult().getScore())
                    .as("score of " + result.getParams().id())
                    .isPositive();
            assertThat(result.getSecondaryResults().values())
                    .allSatisfy(secondary -> assertThat(secondary.getScore())
                            .as(secondary.getLabel() + " of "
                                    + result.getParams().id())
                            .isNotNaN());
        });
    }

    private static String simpleName(String benchmark) {
        return benchmark.substring(BenchmarksTest.class.getPackageName().length() + 1);
    }
}

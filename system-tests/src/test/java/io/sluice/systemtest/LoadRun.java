package io.sluice.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** What the tests with load clients have in common: how they wait, and how they end. */
final class LoadRun {
    private static final Duration PATIENCE = Duration.ofSeconds(TestSize.pick(300, 1800));

    private LoadRun() {}

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

    /** Waits until clients have said goodbye and have read to the end of the stream. */
    static void awaitEnd(List<LoadClient> clients, LoadLoop... loops) {
        await("clients have read to the end", loops)
                .until(() -> clients.stream().allMatch(LoadClient::hasEnded));
    }

    /** Stops a broker, which must find nothing wrong; returns its last statistics. */
    static StatsReader.Sample stop(BrokerProcess broker) throws InterruptedException {
        assertThat(broker.stop()).as(broker::lastOutput).isZero();
        assertThat(BrokerLog.of(broker).alarms()).isEmpty();
        return new StatsReader(broker.statsFile()).last();
    }

    /** Time since a reading of {@link System#nanoTime()}, in seconds. */
    static double secondsSince(long nanoTime) {
        return (System.nanoTime() - nanoTime) / (double) TimeUnit.SECONDS.toNanos(1);
    }
}

package io.sluice.broker.destination;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.ManualClock;
import io.sluice.broker.delivery.OverflowPolicies;
import io.sluice.broker.message.DestinationName;
import io.sluice.broker.message.PageStore;
import io.sluice.broker.metrics.BrokerCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** A topic that comes and goes all the time, in the only place there is. */
final class DestinationRegistryRaceTest {

    @Test
    void subscribingAndLeavingAtTheSameTimeLosesNoSubscriberAndNoPlace() throws Exception {
        DestinationRegistry registry = registry();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            Callable<Destination> comeAndGo = () -> {
                for (int i = 0; i < 5_000; i++) {
                    WindowSubscriber subscriber = WindowSubscriber.unlimited("s");
                    Destination topic = registry.subscribe(name("/topic/a"), subscriber);
                    assertThat(topic).as("subscription %d", i).isNotNull();
                    assertThat(topic.snapshot().subscribers()).isPositive();
                    topic.leave(subscriber);
                }
                return registry.find(name("/topic/none"));
            };
            results(threads, List.of(comeAndGo, comeAndGo, comeAndGo));
        } finally {
            threads.shutdownNow();
        }
        assertThat(registry.all()).isEmpty();
        assertThat(registry.findOrCreate(name("/queue/a"))).isNotNull();
    }

    private static <T> List<T> results(ExecutorService threads, List<Callable<T>> tasks)
            throws InterruptedException, ExecutionException, TimeoutException {
        List<Future<T>> futures = new ArrayList<>();
        for (Callable<T> task : tasks) {
            futures.add(threads.submit(task));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> future : futures) {
            results.add(future.get(60, TimeUnit.SECONDS));
        }
        return results;
    }

    private static DestinationRegistry registry() {
        return new DestinationRegistry(
                1,
                60_000_000_000L,
                name -> new QueueSettings(DestinationFixture.UNLIMITED, OverflowPolicies.named("push-back")),
                new ManualClock(),
                new BrokerCounters(),
                PageStore.none());
    }

    private static DestinationName name(String text) {
        return DestinationName.of(text);
    }
}

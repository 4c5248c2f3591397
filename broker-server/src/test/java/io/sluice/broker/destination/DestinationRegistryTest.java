package io.sluice.broker.destination;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.base.ManualClock;
import io.sluice.broker.delivery.OverflowPolicies;
import io.sluice.broker.message.BacklogBounds;
import io.sluice.broker.message.Batches;
import io.sluice.broker.message.DestinationName;
import io.sluice.broker.message.PageStore;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.DropReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

final class DestinationRegistryTest {
    private static final long FORGET_AFTER_MS = 60_000;

    private final ManualClock clock = new ManualClock();
    private final BrokerCounters counters = new BrokerCounters();
    private final List<DestinationName> settingsAskedFor = new ArrayList<>();

    @Test
    void findsWhatCameIntoBeing() {
        DestinationRegistry registry = registry(10);
        assertThat(registry.find(name("/queue/a"))).isNull();
        Destination created = registry.findOrCreate(name("/queue/a"));
        assertThat(created).isInstanceOf(QueueDestination.class).hasToString("/queue/a");
        assertThat(registry.find(name("/queue/a"))).isSameAs(created);
        assertThat(registry.findOrCreate(name("/queue/a"))).isSameAs(created);
        assertThat(registry.find(name("/queue/b"))).isNull();
        assertThat(settingsAskedFor).containsExactly(name("/queue/a"));
        assertThat(registry.all()).containsExactly(created);
    }

    @Test
    void aTopicComesWithItsFirstSubscriberAndGoesWithItsLast() {
        DestinationRegistry registry = registry(10);
        WindowSubscriber a = WindowSubscriber.unlimited("a");
        WindowSubscriber b = WindowSubscriber.unlimited("b");
        Destination topic = registry.subscribe(name("/topic/a"), a);
        assertThat(topic).isInstanceOf(TopicDestination.class);
        assertThat(registry.subscribe(name("/topic/a"), b)).isSameAs(topic);
        topic.leave(a);
        assertThat(registry.find(name("/topic/a"))).isSameAs(topic);
        topic.leave(b);
        assertThat(registry.find(name("/topic/a"))).isNull();
        assertThat(registry.all()).isEmpty();
        Destination again = registry.subscribe(name("/topic/a"), a);
        assertThat(again).isNotSameAs(topic);
    }

    @Test
    void countsTopicsAndQueuesAgainstTheLimit() {
        DestinationRegistry registry = registry(2);
        WindowSubscriber subscriber = WindowSubscriber.unlimited("s");
        Destination topic = registry.subscribe(name("/topic/a"), subscriber);
        assertThat(registry.findOrCreate(name("/queue/a"))).isNotNull();
        assertThat(registry.findOrCreate(name("/queue/b"))).isNull();
        assertThat(registry.subscribe(name("/topic/b"), subscriber)).isNull();
        assertThat(registry.findOrCreate(name("/queue/a"))).as("exists already").isNotNull();
        assertThat(registry.subscribe(name("/topic/a"), WindowSubscriber.unlimited("other")))
                .isSameAs(topic);
        assertThat(registry.all()).hasSize(2);
    }

    @Test
    void aRefusedOneTakesNoPlaceAndAForgottenOneFreesItsOwn() {
        DestinationRegistry registry = registry(1);
        WindowSubscriber subscriber = WindowSubscriber.unlimited("s");
        for (int i = 0; i < 5; i++) {
            Destination topic = registry.subscribe(name("/topic/" + i), subscriber);
            assertThat(topic).isNotNull();
            for (int k = 0; k < 3; k++) {
                assertThat(registry.findOrCreate(name("/queue/" + k))).isNull();
            }
            topic.leave(subscriber);
        }
    }

    @Test
    void unusedQueuesAreForgottenByTheTick() {
        DestinationRegistry registry = registry(2);
        Destination used = registry.findOrCreate(name("/queue/used"));
        registry.findOrCreate(name("/queue/unused"));
        WindowSubscriber subscriber = WindowSubscriber.unlimited("s");
        registry.subscribe(name("/queue/used"), subscriber);
        clock.advanceMs(FORGET_AFTER_MS + 1);
        registry.tick();
        assertThat(registry.all()).containsExactly(used);
        assertThat(registry.findOrCreate(name("/queue/another"))).isNotNull();
    }

    @Test
    void saysWhetherSomethingCameIntoBeing() {
        DestinationRegistry registry = registry(10);
        long before = registry.creations();
        registry.find(name("/topic/a"));
        assertThat(registry.creations()).isEqualTo(before);
        registry.subscribe(name("/topic/a"), WindowSubscriber.unlimited("s"));
        long after = registry.creations();
        assertThat(after).isNotEqualTo(before);
        registry.subscribe(name("/topic/a"), WindowSubscriber.unlimited("t"));
        assertThat(registry.creations()).isEqualTo(after);
    }

    @Test
    void namesThatLookAlikeAreApart() {
        DestinationRegistry registry = registry(10);
        assertThat(registry.findOrCreate(name("/queue/a"))).isNotSameAs(registry.findOrCreate(name("/queue/a/")));
        assertThat(registry.findOrCreate(name("/queue//a"))).isNotSameAs(registry.findOrCreate(name("/queue/a")));
        assertThat(registry.all()).hasSize(3);
    }

    @Test
    void manyWhoCreateTheSameGetTheSameThoughItTakesTheLastPlace() throws Exception {
        CyclicBarrier start = new CyclicBarrier(4);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 2_000; round++) {
                DestinationRegistry registry = registry(1);
                Callable<Destination> create = () -> {
                    start.await(30, TimeUnit.SECONDS);
                    return registry.findOrCreate(name("/queue/a"));
                };
                List<Destination> created = results(threads, List.of(create, create, create, create));
                assertThat(created).as("round %d", round).doesNotContainNull();
                assertThat(created).containsOnly(created.get(0));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void whoComesWhileTheLastPlaceIsTakenForTheSameNameGetsItToo() throws Exception {
        List<DestinationRegistry> registries = new ArrayList<>();
        List<CompletableFuture<Destination>> others = new ArrayList<>();
        DestinationRegistry registry = new DestinationRegistry(
                1,
                FORGET_AFTER_MS * 1_000_000,
                name -> {
                    if (others.isEmpty()) {
                        CompletableFuture<Destination> other = new CompletableFuture<>();
                        others.add(other);
                        Thread thread = new Thread(
                                () -> other.complete(registries.get(0).findOrCreate(name)));
                        thread.setDaemon(true);
                        thread.start();
                        awaitBriefly(thread);
                    }
                    return settings(name);
                },
                clock,
                counters,
                PageStore.none());
        registries.add(registry);
        Destination created = registry.findOrCreate(name("/queue/a"));
        assertThat(created).isNotNull();
        assertThat(others.get(0).get(30, TimeUnit.SECONDS)).isSameAs(created);
    }

    @Test
    void aBatchForAForgottenDestinationGoesToTheOneThatReplacesIt() {
        DestinationRegistry registry = registry(10);
        Batches batches = new Batches();
        Destination forgotten = registry.findOrCreate(name("/queue/a"));
        clock.advanceMs(FORGET_AFTER_MS + 1);
        registry.tick();
        var batch = batches.arrivingAt(clock.nowNs()).of("x");
        assertThat(forgotten.publish(batch, new RecordingPublisher("p"))).isEqualTo(Offer.CLOSED);
        Destination replacement = registry.findOrCreate(name("/queue/a"));
        assertThat(replacement).isNotSameAs(forgotten);
        assertThat(replacement.publish(batch, new RecordingPublisher("p"))).isEqualTo(Offer.ACCEPTED);
        assertThat(replacement.snapshot().waitingMessages()).isEqualTo(1);
        replacement.purge(DropReason.PURGED);
        batches.assertNothingHeld();
    }

    /** It may have to wait for whoever waits here. */
    private static void awaitBriefly(Thread thread) {
        try {
            thread.join(500);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
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

    private DestinationRegistry registry(int max) {
        return new DestinationRegistry(
                max, FORGET_AFTER_MS * 1_000_000, this::settings, clock, counters, PageStore.none());
    }

    private synchronized QueueSettings settings(DestinationName name) {
        settingsAskedFor.add(name);
        return new QueueSettings(
                new BacklogBounds(Long.MAX_VALUE, Long.MAX_VALUE), OverflowPolicies.named("push-back"));
    }

    private static DestinationName name(String text) {
        return DestinationName.of(text);
    }
}

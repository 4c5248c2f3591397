package io.sluice.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.base.LogLines;
import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.DropReason;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A broker that lets its clients go. */
final class LameDuckTest {
    private static final DrainPlan PLAN = new DrainPlan(100, 30_000);

    private final Broker broker = Broker.start(BrokerConfig.defaults()
            .with(Map.of(
                    "listen.port",
                    "0",
                    "transport.event-loops",
                    "2",
                    // So that little of a queue fits into the kernel.
                    "transport.send-buffer",
                    "16 KiB",
                    "queues.window-bytes",
                    "200 KiB")));

    @AfterEach
    void close() {
        broker.close();
    }

    @Test
    void isDrainingFromThenOnAndTakesNoConnections() throws Exception {
        assertThat(broker.isDraining()).isFalse();
        try (NativeClient subscriber = NativeClient.subscribe(broker, "/topic/a")) {
            until(() -> broker.counters().destinations() == 1);
            CompletableFuture<Void> done = drain(new DrainPlan(30_000, 30_000));
            assertThat(broker.isDraining()).isTrue();
            until(() -> isRefused());
            broker.close();
            done.get(30, TimeUnit.SECONDS);
            subscriber.assertEnded();
        }
    }

    @Test
    void aPublisherIsReadUntilItIsSilentAndWhatItSentArrives() throws Exception {
        try (NativeClient subscriber = NativeClient.subscribe(broker, "/topic/a");
                NativeClient publisher = NativeClient.subscribe(broker, "/null")) {
            until(() -> broker.counters().destinations() == 1);
            CompletableFuture<Void> done = drain(PLAN);
            for (int i = 0; i < 15; i++) {
                publisher.publish("/topic/a", Integer.toString(i));
                assertThat(subscriber.receive()).isEqualTo(Integer.toString(i));
                // A pause that is too short to be the end.
                TimeUnit.MILLISECONDS.sleep(200);
            }
            assertThat(done).isNotDone();
            assertReset(publisher);
            subscriber.assertEnded();
            done.get(30, TimeUnit.SECONDS);
        }
        assertThat(broker.counters().totals().dropped(DropReason.NO_SUBSCRIBER)).isZero();
        assertThat(broker.counters().totals().closed(CloseReason.SHUTDOWN)).isEqualTo(2);
    }

    @Test
    void subscribersLeaveOneAfterTheOtherAndNotAtOnce() throws Exception {
        List<NativeClient> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(NativeClient.subscribe(broker, "/topic/a"));
        }
        until(() -> broker.counters().subscribers().size() == 20);
        long beganNs = System.nanoTime();
        CompletableFuture<Void> done = drain(new DrainPlan(2_000, 30_000));
        until(() -> broker.counters().subscribers().size() < 20);
        assertThat(broker.counters().subscribers().size()).as("left at once").isPositive();
        done.get(60, TimeUnit.SECONDS);
        assertThat(System.nanoTime() - beganNs).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(1_800));
        for (NativeClient client : clients) {
            client.assertEnded();
            client.close();
        }
    }

    @Test
    void whatWaitsInAQueueIsDealtOutBeforeItsSubscribersLeave() throws Exception {
        int messages = 50;
        try (NativeClient publisher = NativeClient.subscribe(broker, "/null")) {
            for (int i = 0; i < messages; i++) {
                publisher.publish("/queue/a", i + " ".repeat(100_000));
            }
            publisher.goodbye().assertEnded();
        }
        try (NativeClient subscriber = NativeClient.subscribe(broker, "/queue/a")) {
            until(() -> broker.counters().subscribers().size() == 1);
            assertThat(broker.counters().waitingMessages()).isPositive();
            CompletableFuture<Void> done = drain(new DrainPlan(0, 30_000));
            // It reads on only now, but it reads.
            until(() -> isRefused());
            TimeUnit.MILLISECONDS.sleep(500);
            for (int i = 0; i < messages; i++) {
                assertThat(subscriber.receive().strip()).isEqualTo(Integer.toString(i));
            }
            subscriber.assertEnded();
            done.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void whoDoesNotReadIsClosedWithALineWhenPatienceIsOver() throws Exception {
        try (NativeClient stalled = NativeClient.subscribe(broker, "/topic/a");
                NativeClient publisher = NativeClient.subscribe(broker, "/null");
                LogLines lines = LogLines.of("io.sluice.close")) {
            until(() -> broker.counters().subscribers().size() == 1);
            // More than kernels take for somebody who never reads.
            for (int i = 0; i < 300; i++) {
                publisher.publish("/topic/a", " ".repeat(100_000));
            }
            publisher.goodbye().assertEnded();
            drain(new DrainPlan(0, 500)).get(60, TimeUnit.SECONDS);
            until(() -> broker.counters().openConnections() == 0);
            assertThat(broker.counters().totals().closed(CloseReason.SHUTDOWN)).isEqualTo(1);
            assertThat(broker.counters().totals().dropped(DropReason.SHUTDOWN)).isPositive();
            assertThat(lines.lines())
                    .singleElement()
                    .asString()
                    .contains(": shutdown: did not take in time what was left for it; ", " messages");
        }
    }

    @Test
    void whoNeverFallsSilentIsClosedWhenPatienceIsOver() throws Exception {
        try (NativeClient publisher = NativeClient.subscribe(broker, "/null")) {
            until(() -> broker.counters().openConnections() == 1);
            CompletableFuture<Void> done = drain(new DrainPlan(0, 500));
            try {
                while (!done.isDone()) {
                    publisher.publish("/topic/nobody", "x");
                    TimeUnit.MILLISECONDS.sleep(50);
                }
            } catch (SocketException e) {
                // It was closed.
                done.get(30, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void asksForSensibleTimes() {
        Assertions.assertThatThrownBy(() -> new DrainPlan(-1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(DrainPlan.of(BrokerConfig.defaults().shutdown())).isEqualTo(new DrainPlan(10_000, 30_000));
    }

    private CompletableFuture<Void> drain(DrainPlan plan) {
        return broker.drain(plan).toCompletableFuture();
    }

    private boolean isRefused() throws IOException {
        try (Socket socket =
                new Socket(broker.address().getAddress(), broker.address().getPort())) {
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }

    /** Not the end of the stream, which would confirm what had perhaps not been read. */
    private static void assertReset(NativeClient client) {
        Assertions.assertThatThrownBy(client::receive).isInstanceOf(SocketException.class);
    }

    private static void until(Callable<Boolean> condition) {
        await().atMost(Duration.ofSeconds(30)).until(condition);
    }
}

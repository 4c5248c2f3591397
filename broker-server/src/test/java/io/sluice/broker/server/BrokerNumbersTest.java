package io.sluice.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.delivery.Watch;
import io.sluice.broker.destination.DestinationSnapshot;
import io.sluice.broker.destination.Publication;
import io.sluice.broker.message.MessageCopy;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.ConnectionSnapshot;
import io.sluice.broker.metrics.ConnectionState;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.metrics.LoopDelay;
import io.sluice.broker.metrics.SubscriberSnapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an operator can see of a broker, and do to it. */
final class BrokerNumbersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Broker broker = Broker.start(BrokerConfig.defaults()
            .with(Map.of("listen.port", "0", "transport.event-loops", "2", "queues.max-messages", "10")));

    @AfterEach
    void nothingIsPinned() {
        broker.close();
        assertThat(broker.counters().pinnedBytes()).isZero();
        assertThat(broker.connections()).isEmpty();
    }

    // ---------------------------------------------------------------- connections

    @Test
    void aConnectionIsShownFromTheBeginningToTheEnd() throws IOException {
        try (NativeClient client = NativeClient.connect(broker)) {
            until(() -> broker.connections().size() == 1);
            ConnectionSnapshot fresh = only();
            assertThat(fresh.state()).isEqualTo(ConnectionState.HANDSHAKE);
            assertThat(fresh.protocol()).isEmpty();
            assertThat(fresh.subscribedTo()).isEmpty();
            assertThat(fresh.subscriber()).isNull();
            assertThat(fresh.remoteAddress()).isEqualTo("127.0.0.1:" + client.socket.getLocalPort());
            client.frame("/topic/a").publish("/topic/b", "12345").publish("/topic/c", "67");
            until(() -> only().messagesIn() == 2);
            ConnectionSnapshot open = only();
            assertThat(open.id()).isEqualTo(fresh.id());
            assertThat(open.opened()).isEqualTo(fresh.opened());
            assertThat(open.state()).isEqualTo(ConnectionState.OPEN);
            assertThat(open.protocol()).isEqualTo("native");
            assertThat(open.subscribedTo()).isEqualTo("/topic/a");
            assertThat(open.publishesTo()).isEqualTo("/topic/c");
            assertThat(open.bytesIn()).isEqualTo(7);
            assertThat(open.pushedBackMs()).isZero();
            assertThat(open.pushedBackBy()).isEmpty();
            assertThat(open.subscriber())
                    .isNotNull()
                    .extracting(SubscriberSnapshot::destination)
                    .isEqualTo("/topic/a");
            client.publish("/topic/a", "to myself");
            assertThat(client.receive()).isEqualTo("to myself");
            client.goodbye().assertEnded();
        }
        until(() -> broker.connections().isEmpty());
        ConnectionSnapshot closed = broker.closedConnections().get(0);
        assertThat(closed.state()).isEqualTo(ConnectionState.CLOSED);
        assertThat(closed.reason()).isEqualTo(CloseReason.GOODBYE);
        assertThat(closed.messagesIn()).isEqualTo(3);
        assertThat(closed.closed()).isAfterOrEqualTo(closed.opened());
        assertThat(closed.subscriber()).isNotNull().satisfies(subscriber -> {
            assertThat(subscriber.messagesWritten()).isEqualTo(1);
            assertThat(subscriber.timeInQueue().count()).isEqualTo(1);
        });
        assertThat(broker.connection(closed.id())).isEmpty();
        assertThat(broker.slowEpisodes(closed.id())).hasValue(List.of());
        assertThat(broker.slowEpisodes("c-0")).isEmpty();
    }

    @Test
    void aPublisherThatWaitsForSeveralQueuesIsOne() throws IOException {
        for (int i = 0; i < 30; i++) {
            broker.publish("/queue/" + i % 3, bytes("m"));
        }
        try (NativeClient publisher = NativeClient.subscribe(broker, "/null")) {
            publisher.frames("/queue/0", "m", "/queue/1", "m", "/queue/2", "m");
            for (int i = 0; i < 3; i++) {
                String name = "/queue/" + i;
                until(() -> destination(name).waitingPublishers() == 1);
            }

            until(() -> broker.counters().waitingPublishers() == 1);
        }
    }

    @Test
    void aPublisherThatWaitsSaysForWhom() throws IOException {
        try (NativeClient publisher = NativeClient.subscribe(broker, "/null")) {
            for (int i = 0; i < 10; i++) {
                publisher.publish("/queue/full", "m" + i);
            }
            until(() -> only().pushedBackMs() > 0);
            assertThat(only().pushedBackBy()).isEqualTo("/queue/full");
            assertThat(destination("/queue/full").waitingPublishers()).isEqualTo(1);
            assertThat(broker.publish("/queue/full", bytes("one more"))).isEqualTo(Publication.PUSHED_BACK);
            publisher.publish("/queue/full", "after");
            assertThat(broker.purge("/queue/full")).hasValue(10);
            until(() -> destination("/queue/full").waitingMessages() == 1);
            assertThat(only().pushedBackMs()).isZero();
            assertThat(only().pushedBackBy()).isEmpty();
            assertThat(destination("/queue/full").droppedMessages()).isEqualTo(10);
            assertThat(broker.counters().totals().dropped(DropReason.PURGED)).isEqualTo(10);
        }
        assertThat(broker.purge("/queue/unknown")).isEmpty();
        assertThat(broker.purge("/topic/a")).isEmpty();
        assertThat(broker.purge("$invalid")).isEmpty();
    }

    @Test
    void whoeverIsDisconnectedGivesBackWhatItWasNotSent() throws IOException {
        try (NativeClient stalled = NativeClient.connect(broker)) {
            stalled.socket.setReceiveBufferSize(4_096);
            stalled.frame("/queue/q");
            until(() -> broker.counters().subscribers().size() == 1);
            String id = only().id();
            try (NativeClient publisher = NativeClient.subscribe(broker, "/null")) {
                String padding = "x".repeat(1_000_000);
                for (int i = 0; i < 9; i++) {
                    publisher.publish("/queue/q", i + " " + padding);
                }
                publisher.goodbye().assertEnded();
            }
            assertThat(broker.disconnect("c-0")).isFalse();
            assertThat(broker.disconnect(id)).isTrue();
            until(() -> broker.connections().isEmpty());
            assertThat(broker.closedConnections())
                    .filteredOn(closed -> closed.id().equals(id))
                    .extracting(ConnectionSnapshot::reason)
                    .containsExactly(CloseReason.ADMIN);
            assertThat(broker.counters().totals().closed(CloseReason.ADMIN)).isEqualTo(1);
        }
        long written = broker.counters().totals().messagesWritten();
        assertThat(broker.counters().totals().messagesReturned()).isPositive();
        assertThat(destination("/queue/q").waitingMessages()).isEqualTo(9 - written);
        try (NativeClient next = NativeClient.subscribe(broker, "/queue/q")) {
            for (long i = written; i < 9; i++) {
                assertThat(next.receive()).startsWith(i + " ");
            }
        }
    }

    // ---------------------------------------------------------------- loops

    @Test
    void theLoopsAnswerUntilTheBrokerIsClosed() {
        assertThat(broker.eventLoopsAnswer(PATIENCE)).isTrue();
        assertThat(broker.loops()).extracting(LoopDelay::loop).containsExactly("loop-1", "loop-2");
        until(() -> broker.loops().stream().allMatch(loop -> loop.delays().count() > 0));
        broker.close();
        assertThat(broker.eventLoopsAnswer(PATIENCE)).isFalse();
    }

    // ---------------------------------------------------------------- watching, looking, publishing

    @Test
    void watchingATopicIsASubscription() throws IOException {
        try (NativeClient publisher = NativeClient.subscribe(broker, "/null");
                Watch watch = broker.watch("/topic/watched").orElseThrow()) {
            assertThat(destination("/topic/watched").subscribers()).isEqualTo(1);
            publisher.publish("/topic/watched", "one").publish("/topic/watched", "two");
            List<String> seen = new ArrayList<>();
            until(() -> {
                seen.addAll(texts(watch.poll(10)));
                return seen.size() == 2;
            });
            assertThat(seen).containsExactly("one", "two");
            assertThat(watch.missedMessages()).isZero();
            assertThat(broker.counters().subscribers()).isEmpty();
        }
        assertThat(broker.destinations()).isEmpty();
        assertThat(broker.watch("/queue/q")).isEmpty();
        assertThat(broker.watch("/null")).isEmpty();
        assertThat(broker.watch("$invalid")).isEmpty();
    }

    @Test
    void soManyMayLookOnAtOnce() {
        List<Watch> watches = new ArrayList<>();
        for (int i = 0; i < Watches.MAX; i++) {
            watches.add(broker.watch("/topic/a").orElseThrow());
        }
        assertThat(broker.watch("/topic/a")).isEmpty();
        watches.get(0).close();
        assertThat(broker.watch("/topic/a")).isPresent();
        // The others are closed with the broker.
    }

    @Test
    void lookingAtAQueueTakesNothing() throws IOException {
        assertThat(broker.publish("/queue/q", bytes("one"))).isEqualTo(Publication.ACCEPTED);
        assertThat(broker.publish("/queue/q", bytes("two"))).isEqualTo(Publication.ACCEPTED);
        assertThat(texts(broker.peek("/queue/q", 10).orElseThrow())).containsExactly("one", "two");
        assertThat(texts(broker.peek("/queue/q", 1).orElseThrow())).containsExactly("one");
        assertThat(broker.peek("/queue/unknown", 10)).isEmpty();
        assertThat(broker.peek("/topic/a", 10)).isEmpty();
        try (NativeClient reader = NativeClient.subscribe(broker, "/queue/q")) {
            assertThat(reader.receive()).isEqualTo("one");
            assertThat(reader.receive()).isEqualTo("two");
        }
    }

    @Test
    void aMessagePublishedFromWithinIsOneLikeAnyOther() throws IOException {
        assertThat(broker.publish("/topic/a", bytes("nobody"))).isEqualTo(Publication.NO_SUBSCRIBER);
        assertThat(broker.publish("/null", bytes("nobody"))).isEqualTo(Publication.NO_SUBSCRIBER);
        try (NativeClient subscriber = NativeClient.subscribe(broker, "/topic/a")) {
            until(() -> broker.counters().subscribers().size() == 1);
            assertThat(broker.publish("/topic/a", bytes("hello"))).isEqualTo(Publication.ACCEPTED);
            assertThat(subscriber.receive()).isEqualTo("hello");
        }
        assertThat(broker.counters().totals().messagesIn()).isEqualTo(3);
        assertThat(broker.counters().totals().dropped(DropReason.NO_SUBSCRIBER)).isEqualTo(1);
        assertThat(broker.counters().totals().dropped(DropReason.NOWHERE)).isEqualTo(1);
        for (int i = 0; i < 10; i++) {
            assertThat(broker.publish("/queue/q", bytes("m" + i))).isEqualTo(Publication.ACCEPTED);
        }
        assertThat(broker.publish("/queue/q", bytes("full"))).isEqualTo(Publication.PUSHED_BACK);
        assertThat(destination("/queue/q").waitingPublishers()).isZero();
        assertThat(destination("/queue/q").waitingMessages()).isEqualTo(10);
        assertThatThrownBy(() -> broker.publish("$invalid", bytes("")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("invalid name");
        byte[] tooLong = new byte[broker.config().nativeWire().maxFrameBytes() + 1];
        assertThatThrownBy(() -> broker.publish("/topic/a", tooLong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("native.max-frame");
    }

    private ConnectionSnapshot only() {
        List<ConnectionSnapshot> all = broker.connections();
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private DestinationSnapshot destination(String name) {
        return broker.destinations().stream()
                .filter(snapshot -> snapshot.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> texts(List<MessageCopy> copies) {
        return copies.stream()
                .map(copy -> new String(copy.payload(), StandardCharsets.UTF_8))
                .toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void until(Callable<Boolean> condition) {
        await().atMost(PATIENCE).until(condition);
    }
}

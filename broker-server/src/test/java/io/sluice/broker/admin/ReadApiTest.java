package io.sluice.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.base.ManualClock;
import io.sluice.broker.destination.DestinationSnapshot;
import io.sluice.broker.message.DestinationKind;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.ConnectionSnapshot;
import io.sluice.broker.metrics.ConnectionState;
import io.sluice.broker.metrics.CounterTotals;
import io.sluice.broker.metrics.DelaySnapshot;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.metrics.SlowEpisode;
import io.sluice.broker.metrics.SubscriberSnapshot;
import io.sluice.broker.server.NativeClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Lists of destinations and connections: what comes first, which part of it is told, and how fast it goes. */
final class ReadApiTest {
    private static List<Map<String, Object>> items(AdminFixture admin, String target) throws IOException {
        return JsonTree.at(answer(admin, target), "items");
    }

    private static Object answer(AdminFixture admin, String target) throws IOException {
        return JsonTree.parse(admin.get(target).body());
    }

    private static DestinationSnapshot destination(String name, long heldMessages, long heldBytes, long dropped) {
        return destination(name, heldMessages, heldBytes, dropped, 0, 0);
    }

    private static DestinationSnapshot destination(
            String name, long heldMessages, long heldBytes, long dropped, long in, long out) {
        return new DestinationSnapshot(
                name,
                DestinationKind.QUEUE,
                0,
                0,
                0,
                0,
                0,
                heldMessages,
                heldBytes,
                0,
                in,
                0,
                out,
                0,
                dropped,
                0,
                DelaySnapshot.EMPTY);
    }

    private static SubscriberSnapshot subscriber(
            long heldMessages, long heldBytes, long ageMs, long dropped, boolean slow) {
        return new SubscriberSnapshot(
                "",
                "",
                "/topic/a",
                heldMessages,
                heldBytes,
                ageMs,
                0,
                0,
                0,
                Map.of(DropReason.OVERFLOW, dropped),
                0,
                slow ? Instant.EPOCH : null,
                0,
                DelaySnapshot.EMPTY);
    }

    private static ConnectionSnapshot connection(String id, int openedS, int closedS, SubscriberSnapshot subscriber) {
        return new ConnectionSnapshot(
                id,
                "10.0.0.1:1",
                "native",
                ConnectionState.OPEN,
                Instant.ofEpochSecond(openedS),
                closedS == 0 ? null : Instant.ofEpochSecond(closedS),
                null,
                "",
                "",
                0,
                0,
                0,
                "",
                subscriber);
    }

    @Test
    void destinationsComeInTheOrderAskedFor() {
        List<DestinationSnapshot> all = List.of(
                destination("/queue/c", 5, 10, 3),
                destination("/queue/a", 1, 20, 2),
                destination("/queue/b", 6, 10, 1));
        Map<String, Observer.Rate> rates =
                Map.of("/queue/a", new Observer.Rate(1, 0), "/queue/b", new Observer.Rate(0, 3));
        Map<Destinations.Sort, List<String>> expected = Map.of(
                Destinations.Sort.BACKLOG, List.of("/queue/a", "/queue/b", "/queue/c"),
                Destinations.Sort.AGE, List.of("/queue/a", "/queue/b", "/queue/c"),
                Destinations.Sort.NAME, List.of("/queue/a", "/queue/b", "/queue/c"),
                Destinations.Sort.RATE, List.of("/queue/b", "/queue/a", "/queue/c"),
                Destinations.Sort.DROPS, List.of("/queue/c", "/queue/a", "/queue/b"));
        for (Destinations.Sort sort : Destinations.Sort.values()) {
            assertThat(Destinations.sorted(all, sort, new Observer.Rates(0, 0, 0, 0, 0, rates)))
                    .as(sort.name())
                    .extracting(DestinationSnapshot::name)
                    .isEqualTo(expected.get(sort));
        }
    }

    @Test
    void connectionsComeInTheOrderAskedFor() {
        List<ConnectionSnapshot> all = List.of(
                connection("none", 1, 0, null),
                connection("a", 4, 40, subscriber(5, 10, 1, 2, false)),
                connection("b", 3, 60, subscriber(6, 10, 3, 1, true)),
                connection("c", 2, 50, subscriber(1, 20, 2, 3, false)));
        Map<ClientConnections.Sort, List<String>> expected = Map.of(
                ClientConnections.Sort.BACKLOG, List.of("c", "b", "a", "none"),
                ClientConnections.Sort.SLOW, List.of("b", "c", "a", "none"),
                ClientConnections.Sort.AGE, List.of("b", "c", "a", "none"),
                ClientConnections.Sort.LOST, List.of("c", "a", "b", "none"),
                ClientConnections.Sort.OPENED, List.of("a", "b", "c", "none"),
                ClientConnections.Sort.CLOSED, List.of("b", "c", "a", "none"));
        for (ClientConnections.Sort sort : ClientConnections.Sort.values()) {
            assertThat(ClientConnections.sorted(all, sort))
                    .as(sort.name())
                    .extracting(ConnectionSnapshot::id)
                    .isEqualTo(expected.get(sort));
        }
        assertThat(ClientConnections.slowFirst(all))
                .extracting(ConnectionSnapshot::id)
                .containsExactly("b", "a", "c");
    }

    @Test
    void aPageIsSoManyAfterSoMany() throws IOException {
        try (AdminFixture admin = new AdminFixture();
                NativeClient publisher = NativeClient.subscribe(admin.broker, "/null")) {
            for (int i = 0; i < 5; i++) {
                publisher.publish("/queue/" + i, "x".repeat(1000 * (i + 1)));
            }
            await().until(() -> admin.broker.counters().waitingMessages() == 5);
            String list = "/api/v1/destinations";

            assertThat(items(admin, list + "?sort=backlog"))
                    .extracting(item -> item.get("name"))
                    .containsExactly("/queue/4", "/queue/3", "/queue/2", "/queue/1", "/queue/0");
            Object page = answer(admin, list + "?sort=backlog&offset=1&limit=2");
            assertThat(JsonTree.<List<Map<String, Object>>>at(page, "items"))
                    .extracting(item -> item.get("name"))
                    .containsExactly("/queue/3", "/queue/2");
            assertThat(JsonTree.<Map<String, Object>>at(page))
                    .containsEntry("total", 5L)
                    .containsEntry("offset", 1L)
                    .containsEntry("limit", 2L);
            assertThat(items(admin, list + "?offset=5")).isEmpty();
            assertThat(items(admin, list + "?search=QUEUE/3"))
                    .extracting(item -> item.get("name"))
                    .containsExactly("/queue/3");
            assertThat(items(admin, list + "?name=/queue/2"))
                    .extracting(item -> item.get("name"))
                    .containsExactly("/queue/2");
            assertThat(items(admin, list + "?name=/queue/")).isEmpty();
        }
    }

    @Test
    void subscribersOfOneDestinationAreFoundByItsWholeName() throws IOException {
        try (AdminFixture admin = new AdminFixture();
                NativeClient one = NativeClient.subscribe(admin.broker, "/topic/a");
                NativeClient two = NativeClient.subscribe(admin.broker, "/topic/a");
                NativeClient longer = NativeClient.subscribe(admin.broker, "/topic/a/b");
                NativeClient publisher = NativeClient.subscribe(admin.broker, "/null")) {
            publisher.publish("/topic/a", "x");
            assertThat(one.receive()).isEqualTo("x");
            assertThat(two.receive()).isEqualTo("x");
            String connections = "/api/v1/connections";

            assertThat(items(admin, connections + "?subscribed_to=/topic/a"))
                    .extracting(item -> item.get("subscribed_to"))
                    .containsExactly("/topic/a", "/topic/a");
            assertThat(JsonTree.<Map<String, Object>>at(answer(admin, connections + "?subscribed_to=/topic/a&limit=1")))
                    .containsEntry("total", 2L);
            assertThat(items(admin, connections + "?subscribed_to=/topic")).isEmpty();
            assertThat(items(admin, connections + "?subscribed_to=")).hasSize(4);
            longer.goodbye().assertEnded();
        }
    }

    @Test
    void closedConnectionsSayWhyNewestFirst() throws IOException {
        try (AdminFixture admin = new AdminFixture();
                NativeClient stays = NativeClient.subscribe(admin.broker, "/topic/stays")) {
            try (NativeClient polite = NativeClient.subscribe(admin.broker, "/topic/polite")) {
                polite.goodbye().assertEnded();
            }
            await().until(() -> admin.broker.closedConnections().size() == 1);
            try (NativeClient rude = NativeClient.subscribe(admin.broker, "$invalid")) {
                rude.assertEnded();
            }
            await().until(() -> admin.broker.closedConnections().size() == 2
                    && admin.broker.connections().size() == 1);
            String closed = "/api/v1/connections?state=closed";

            assertThat(items(admin, closed))
                    .extracting(item -> item.get("close_reason"))
                    .containsExactly("invalid-name", "goodbye");
            for (Map<String, Object> item : items(admin, closed)) {
                assertThat(item).containsEntry("state", "closed");
                assertThat(Instant.parse((String) item.get("closed")))
                        .isAfterOrEqualTo(Instant.parse((String) item.get("opened")));
                assertThat(JsonTree.<Map<String, Object>>at(answer(admin, "/api/v1/connections/" + item.get("id"))))
                        .containsEntry("close_reason", item.get("close_reason"));
            }
            assertThat(items(admin, closed + "&search=goodbye"))
                    .extracting(item -> item.get("subscribed_to"))
                    .containsExactly("/topic/polite");
            assertThat(items(admin, closed + "&search=nothing-like-it")).isEmpty();
            assertThat(items(admin, "/api/v1/connections"))
                    .extracting(item -> item.get("subscribed_to"))
                    .containsExactly("/topic/stays");
            stays.goodbye().assertEnded();
        }
    }

    @Test
    void aSlowEpisodeIsToldWhole() {
        Instant start = Instant.parse("2026-01-02T03:04:05Z");
        BrokerView broker =
                BrokerStub.of(Map.of("slowEpisodes", Optional.of(List.of(new SlowEpisode(start, null, 11, 12, 13)))));
        Route route = new ReadApi(broker, new Observer(broker, new ManualClock()))
                .routes().stream()
                        .filter(each -> each.path().endsWith("/slow-episodes"))
                        .findFirst()
                        .orElseThrow();
        Answer answer = route.endpoint()
                .answer(new ApiRequest(Map.of("id", "c-1"), Map.of(), Map.of(), new SessionCookies("", List.of())));

        Map<String, Object> expected = new HashMap<>(
                Map.of("start", start.toString(), "peak_messages", 11L, "peak_bytes", 12L, "lost_messages", 13L));
        expected.put("end", null);
        assertThat(JsonTree.<Map<String, Object>>at(
                        JsonTree.parse(new String(answer.body(), StandardCharsets.UTF_8)), "items", 0))
                .isEqualTo(expected);
    }

    @Test
    void ratesAreWhatWentByInASecond() {
        Map<String, Object> broker = new HashMap<>(Map.of("connections", List.of(), "loops", List.of()));
        ManualClock clock = new ManualClock();
        Observer observer = new Observer(BrokerStub.of(broker), clock);
        broker.put("status", status(100, 1000, 200, 2000, 5));
        broker.put("destinations", List.of(destination("/queue/a", 0, 0, 0, 10, 20)));
        observer.tick();
        clock.advanceMs(2000);
        broker.put("status", status(102, 1004, 206, 2008, 15));
        broker.put(
                "destinations",
                List.of(destination("/queue/a", 0, 0, 0, 14, 32), destination("/queue/new", 0, 0, 0, 2, 0)));
        observer.tick();

        assertThat(observer.rates())
                .isEqualTo(new Observer.Rates(
                        1,
                        2,
                        3,
                        4,
                        5,
                        Map.of("/queue/a", new Observer.Rate(2, 6), "/queue/new", new Observer.Rate(1, 0))));
    }

    private static BrokerStatus status(long in, long bytesIn, long written, long bytesWritten, long dropped) {
        CounterTotals totals = new CounterTotals(
                in,
                bytesIn,
                written,
                bytesWritten,
                0,
                0,
                0,
                0,
                0,
                Map.of(DropReason.OVERFLOW, dropped),
                Map.of(DropReason.OVERFLOW, 0L),
                Map.of(CloseReason.LEFT, 0L));
        return new BrokerStatus(totals, 0, 0, 0, 0, 0);
    }
}

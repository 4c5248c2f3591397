package io.sluice.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.message.MessageCopy;
import io.sluice.broker.server.NativeClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Looking into messages, and sending one. */
final class MessagesApiTest {
    private static PlainHttp watching(AdminFixture admin, String name) throws IOException {
        PlainHttp client = new PlainHttp(admin.address);
        client.send("GET /api/v1/destinations/watch?name=" + name
                + " HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer " + admin.token + "\r\n\r\n");
        assertThat(client.read(false).status()).isEqualTo(200);
        return client;
    }

    /** The data of the next event of a kind. */
    private static Map<String, Object> next(PlainHttp client, String event) throws IOException {
        String line;
        do {
            line = client.line();
        } while (!line.equals("event: " + event));
        return JsonTree.at(JsonTree.parse(client.line().substring("data: ".length())));
    }

    @Test
    void whatWaitsInAQueueIsShownAndStays() throws IOException {
        try (AdminFixture admin = new AdminFixture();
                NativeClient publisher = NativeClient.subscribe(admin.broker, "/null")) {
            publisher.publish("/queue/a", "grüße").publish("/queue/a", "two");
            publisher.frame("/queue/a").raw(0, 0, 0, 2, 0xff, 0xfe);
            await().until(() -> admin.broker.counters().waitingMessages() == 3);
            String peek = PlainHttp.request(
                    "GET",
                    "/api/v1/destinations/peek?name=/queue/a",
                    "Authorization: Bearer " + admin.token + "\r\n",
                    "");

            for (int i = 0; i < 2; i++) {
                List<Map<String, Object>> items =
                        JsonTree.at(JsonTree.parse(admin.ask(peek).body()), "items");
                assertThat(items).hasSize(3);
                assertThat(items.get(0)).containsEntry("text", "grüße").containsEntry("size_bytes", 7L);
                assertThat(items.get(1)).containsEntry("text", "two").containsEntry("truncated", false);
                assertThat(items.get(2)).containsEntry("base64", "//4=");
            }
            assertThat(admin.broker.counters().waitingMessages()).isEqualTo(3);
        }
    }

    @Test
    void whatIsShownOfAQueueAtOnceIsBounded() throws IOException {
        try (AdminFixture admin = new AdminFixture();
                NativeClient publisher = NativeClient.subscribe(admin.broker, "/null")) {
            // The longest there are as JSON: six characters for each byte.
            String payload = "\u0001".repeat(20_000);
            for (int i = 0; i < 100; i++) {
                publisher.publish("/queue/a", payload);
            }
            await().until(() -> admin.broker.counters().waitingMessages() == 100);
            String target = "/api/v1/destinations/peek?limit=100&name=/queue/a";
            PlainHttp.Response peeked =
                    admin.ask(PlainHttp.request("GET", target, "Authorization: Bearer " + admin.token + "\r\n", ""));

            List<Map<String, Object>> items = JsonTree.at(JsonTree.parse(peeked.body()), "items");
            assertThat(items).hasSize((1 << 20) / MessageCopy.MAX_BYTES);
            assertThat(peeked.body().length()).isLessThan((int) Limits.UNSENT_BYTES);
        }
    }

    @Test
    void aTopicIsWatched() throws IOException {
        try (AdminFixture admin = new AdminFixture();
                PlainHttp viewer = watching(admin, "/topic/a");
                NativeClient publisher = NativeClient.subscribe(admin.broker, "/null")) {
            await().until(() -> admin.broker.counters().destinations() == 1);
            publisher.publish("/topic/a", "{\"color\":\"red\",\"cpu\":12.5}");

            assertThat(next(viewer, "message")).containsEntry("text", "{\"color\":\"red\",\"cpu\":12.5}");
            viewer.close();
            await().until(() -> admin.broker.counters().destinations() == 0);
        }
    }

    @Test
    void whoOnlyAsksForTheHeadersOfAWatchTakesNoPlace() throws IOException {
        try (AdminFixture admin = new AdminFixture();
                PlainHttp client = new PlainHttp(admin.address)) {
            String target = "/api/v1/destinations/watch?name=/topic/a";
            String head = PlainHttp.request("HEAD", target, "Authorization: Bearer " + admin.token + "\r\n", "");
            for (int i = 0; i < 65; i++) {
                client.send(head);
                assertThat(client.read(false).status()).isEqualTo(200);
            }

            await().until(() -> admin.broker.counters().destinations() == 0);
            watching(admin, "/topic/a").close();
        }
    }

    @Test
    void aWatchForWhichThereIsNoStreamTakesNoPlace() throws IOException {
        List<PlainHttp> viewers = new ArrayList<>();
        try (AdminFixture admin = new AdminFixture()) {
            for (int i = 0; i < Limits.STREAMS; i++) {
                viewers.add(watching(admin, "/topic/a"));
            }
            String target = "/api/v1/destinations/watch?name=/topic/b";
            String watch = PlainHttp.request("GET", target, "Authorization: Bearer " + admin.token + "\r\n", "");

            assertThat(admin.ask(watch).status()).isEqualTo(503);
            await().until(() -> admin.broker.counters().destinations() == 1);
        } finally {
            for (PlainHttp viewer : viewers) {
                viewer.close();
            }
        }
    }

    @Test
    void whatDoesNotFitIsCounted() throws IOException {
        try (AdminFixture admin = new AdminFixture();
                PlainHttp viewer = watching(admin, "/topic/a");
                NativeClient publisher = NativeClient.subscribe(admin.broker, "/null")) {
            await().until(() -> admin.broker.counters().destinations() == 1);
            String payload = "x".repeat(10_000);
            for (int i = 0; i < 100; i++) {
                publisher.publish("/topic/a", payload);
            }

            assertThat((Long) next(viewer, "missed").get("messages")).isPositive();
        }
    }

    @Test
    void aQueueIsWatchedWithoutTaking() throws IOException {
        try (AdminFixture admin = new AdminFixture();
                NativeClient publisher = NativeClient.subscribe(admin.broker, "/null")) {
            publisher.publish("/queue/a", "one");
            await().until(() -> admin.broker.counters().waitingMessages() == 1);
            try (PlainHttp viewer = watching(admin, "/queue/a")) {
                assertThat(next(viewer, "message")).containsEntry("text", "one");
                publisher.publish("/queue/a", "two");
                assertThat(next(viewer, "message")).containsEntry("text", "two");
                publisher.publish("/queue/a", "three");
                assertThat(next(viewer, "message")).containsEntry("text", "three");
                assertThat(admin.broker.counters().waitingMessages()).isEqualTo(3);
            }
        }
    }

    @Test
    void aMessageIsPublished() throws IOException {
        try (AdminFixture admin = new AdminFixture();
                NativeClient subscriber = NativeClient.subscribe(admin.broker, "/topic/a")) {
            await().until(() -> admin.broker.counters().subscribers().size() == 1);

            assertThat(admin.post("/api/v1/publish", "{\"destination\":\"/topic/a\",\"text\":\"hello\"}")
                            .body())
                    .isEqualTo("{\"result\":\"accepted\"}");
            assertThat(subscriber.receive()).isEqualTo("hello");
            assertThat(admin.post("/api/v1/publish", "{\"destination\":\"/topic/b\",\"base64\":\"AAE=\"}")
                            .body())
                    .isEqualTo("{\"result\":\"no_subscriber\"}");
            for (String body : List.of(
                    "{\"destination\":\"\",\"text\":\"\"}",
                    "{\"destination\":\"/topic/a\"}",
                    "{\"destination\":\"/topic/a\",\"text\":\"\",\"base64\":\"\"}",
                    "{\"destination\":\"/topic/a\",\"base64\":\"!\"}")) {
                assertThat(admin.post("/api/v1/publish", body).status())
                        .as(body)
                        .isEqualTo(400);
            }
        }
    }

    @Test
    void whatAMessageHoldsStaysWithinItsEvent() throws IOException {
        String text = "one\n\nevent: message\r\ndata: {\"text\":\"forged\"}\r\r\u2028\"}</script>\\";
        try (AdminFixture admin = new AdminFixture();
                PlainHttp viewer = watching(admin, "/topic/a");
                NativeClient publisher = NativeClient.subscribe(admin.broker, "/null")) {
            await().until(() -> admin.broker.counters().destinations() == 1);
            publisher.publish("/topic/a", text).publish("/topic/a", "two");

            assertThat(next(viewer, "message")).containsEntry("text", text);
            assertThat(next(viewer, "message")).containsEntry("text", "two");
        }
    }

    @Test
    void aNameStaysWithinItsPlace() throws IOException {
        String name = "/queue/\"},{\"name\":\"forged\\";
        try (AdminFixture admin = new AdminFixture();
                NativeClient subscriber = NativeClient.subscribe(admin.broker, name)) {
            await().until(() -> admin.broker.counters().subscribers().size() == 1);
            try (PlainHttp viewer = new PlainHttp(admin.address)) {
                viewer.send("GET /api/v1/events HTTP/1.0\r\nHost: localhost\r\n\r\n");
                assertThat(viewer.read(false).status()).isEqualTo(200);
                Map<String, Object> tick = next(viewer, "tick");

                assertThat(JsonTree.<List<Object>>at(tick, "destinations")).hasSize(1);
                assertThat(JsonTree.<Object>at(tick, "destinations", 0, "name")).isEqualTo(name);
                assertThat(JsonTree.<Object>at(tick, "connections", 0, "subscribed_to"))
                        .isEqualTo(name);
            }
            subscriber.goodbye();
        }
    }

    @Test
    void whatDoesNotFitIntoASecondOfAQueueIsCountedOnce() throws IOException {
        try (AdminFixture admin = new AdminFixture();
                NativeClient publisher = NativeClient.subscribe(admin.broker, "/null")) {
            String payload = "x".repeat(1000);
            publisher.publish("/queue/a", "first");
            await().until(() -> admin.broker.counters().waitingMessages() == 1);
            try (PlainHttp viewer = watching(admin, "/queue/a")) {
                assertThat(next(viewer, "message")).containsEntry("text", "first");
                for (int i = 0; i < 150; i++) {
                    publisher.publish("/queue/a", payload);
                }
                publisher.publish("/queue/a", "last");
                long shown = 0;
                long missed = 0;
                while (shown + missed < 151) {
                    String event = viewer.line();
                    if (event.startsWith("event: ")) {
                        Map<String, Object> data =
                                JsonTree.at(JsonTree.parse(viewer.line().substring("data: ".length())));
                        if (event.equals("event: message")) {
                            shown++;
                        } else {
                            missed += (Long) data.get("messages");
                        }
                    }
                }
                assertThat(shown + missed).isEqualTo(151);
                publisher.publish("/queue/a", "after");
                assertThat(next(viewer, "message")).containsEntry("text", "after");
            }
        }
    }
}

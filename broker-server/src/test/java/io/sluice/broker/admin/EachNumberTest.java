package io.sluice.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.destination.DestinationSnapshot;
import io.sluice.broker.message.DestinationKind;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.ConnectionSnapshot;
import io.sluice.broker.metrics.ConnectionState;
import io.sluice.broker.metrics.CounterTotals;
import io.sluice.broker.metrics.DelaySnapshot;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.metrics.LoopDelay;
import io.sluice.broker.metrics.SubscriberSnapshot;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A broker all of whose numbers differ: each must come out under its own name. */
final class EachNumberTest {
    private static final Instant OPENED = Instant.parse("2026-01-02T03:04:05Z");
    private static final Instant SLOW_SINCE = Instant.parse("2026-01-02T04:00:00Z");

    private final SubscriberSnapshot subscriber = new SubscriberSnapshot(
            "c-1",
            "10.0.0.1:4711",
            "/topic/a",
            101,
            102,
            103_000,
            104,
            105,
            106,
            Map.of(DropReason.OVERFLOW, 107L, DropReason.EXPIRED, 200L),
            108,
            SLOW_SINCE,
            109,
            DelaySnapshot.EMPTY);
    private final ConnectionSnapshot connection = new ConnectionSnapshot(
            "c-1",
            "10.0.0.1:4711",
            "native",
            ConnectionState.OPEN,
            OPENED,
            null,
            null,
            "/topic/a",
            "/queue/b",
            121,
            122,
            123,
            "/queue/c",
            subscriber);
    private final DestinationSnapshot destination = new DestinationSnapshot(
            "/topic/a",
            DestinationKind.TOPIC,
            131,
            132,
            133,
            134,
            135,
            136,
            137,
            138_000,
            139,
            140,
            141,
            142,
            143,
            144,
            DelaySnapshot.EMPTY);
    private final CounterTotals totals = new CounterTotals(
            1001,
            1002,
            1003,
            1004,
            1005,
            1006,
            1007,
            1008,
            1009,
            numbered(DropReason.class, 1100),
            numbered(DropReason.class, 1200),
            numbered(CloseReason.class, 1300));
    private final Picture picture = new Picture(
            new BrokerStatus(totals, 1401, 1403, 1404, 1405, 1406),
            List.of(connection),
            List.of(destination),
            List.of(new LoopDelay("loop-1", 2_000_000, 3_000_000, DelaySnapshot.EMPTY)));

    private static <E extends Enum<E>> Map<E, Long> numbered(Class<E> type, long first) {
        Map<E, Long> numbers = new EnumMap<>(type);
        for (E each : type.getEnumConstants()) {
            numbers.put(each, first + each.ordinal());
        }
        return numbers;
    }

    @Test
    void ofTheBrokerInMetrics() {
        List<String> lines = scraped();
        assertThat(lines)
                .contains(
                        "sluice_connections_opened_total 1007.0",
                        "sluice_connections{protocol=\"native\",state=\"open\"} 1.0",
                        "sluice_connections{protocol=\"native\",state=\"handshake\"} 0.0",
                        "sluice_messages_received_total 1001.0",
                        "sluice_received_bytes_total 1002.0",
                        "sluice_messages_written_total 1003.0",
                        "sluice_written_bytes_total 1004.0",
                        "sluice_messages_returned_total 1005.0",
                        "sluice_push_backs_total 1006.0",
                        "sluice_slow_episodes_total 1008.0",
                        // Because of the memory bound, and because of the destination.
                        "sluice_publishers_pushed_back 1.0",
                        "sluice_subscribers 1.0",
                        "sluice_subscribers_slow 1.0",
                        "sluice_destinations{kind=\"topic\"} 1.0",
                        "sluice_destinations{kind=\"queue\"} 0.0",
                        "sluice_connections_max 1401.0",
                        "sluice_memory_pinned_bytes 1403.0",
                        "sluice_memory_bound_bytes 1404.0",
                        "sluice_allocator_used_bytes{type=\"direct\"} 1405.0",
                        "sluice_allocator_used_bytes{type=\"heap\"} 1406.0",
                        "sluice_event_loop_delay_seconds{loop=\"loop-1\"} 0.002",
                        "sluice_event_loop_delay_max_seconds{loop=\"loop-1\"} 0.003");
        for (DropReason reason : DropReason.values()) {
            assertThat(lines)
                    .contains("sluice_messages_dropped_total{reason=\"" + reason.text() + "\"} "
                            + (1100.0 + reason.ordinal()));
        }
        for (CloseReason reason : CloseReason.values()) {
            assertThat(lines)
                    .contains("sluice_connections_closed_total{reason=\"" + reason.text() + "\"} "
                            + (1300.0 + reason.ordinal()));
        }
    }

    @Test
    void ofADestinationInMetrics() {
        String labels = "{destination=\"/topic/a\",kind=\"topic\"} ";
        assertThat(scraped())
                .contains(
                        "sluice_destination_messages" + labels + "136.0",
                        "sluice_destination_bytes" + labels + "137.0",
                        "sluice_destination_oldest_age_seconds" + labels + "138.0",
                        "sluice_destination_subscribers" + labels + "131.0",
                        "sluice_destination_waiting_publishers" + labels + "135.0",
                        "sluice_destination_messages_received_total" + labels + "139.0",
                        "sluice_destination_received_bytes_total" + labels + "140.0",
                        "sluice_destination_messages_written_total" + labels + "141.0",
                        "sluice_destination_written_bytes_total" + labels + "142.0",
                        "sluice_destination_messages_dropped_total" + labels + "143.0");
    }

    @Test
    void ofASubscriberInMetrics() {
        String labels = "{connection=\"c-1\",destination=\"/topic/a\",remote_address=\"10.0.0.1:4711\"} ";
        assertThat(scraped())
                .contains(
                        "sluice_subscriber_messages" + labels + "101.0",
                        "sluice_subscriber_bytes" + labels + "102.0",
                        "sluice_subscriber_oldest_age_seconds" + labels + "103.0",
                        "sluice_subscriber_slow" + labels + "1.0",
                        "sluice_subscriber_waiting_publishers" + labels + "109.0",
                        "sluice_subscriber_messages_written_total" + labels + "104.0",
                        "sluice_subscriber_messages_dropped_total" + labels + "307.0");
    }

    @Test
    void ofADestinationInTheApi() {
        Map<String, Object> row = only(Json.bytes(json -> {
            json.writeArrayPropertyStart("rows");
            Destinations.write(json, destination, new Observer.Rate(1.5, 2.5));
            json.writeEndArray();
        }));
        assertThat(row)
                .containsEntry("name", "/topic/a")
                .containsEntry("kind", "topic")
                .containsEntry("subscribers", 131L)
                .containsEntry("slow_subscribers", 132L)
                .containsEntry("waiting_messages", 133L)
                .containsEntry("waiting_publishers", 135L)
                .containsEntry("held_messages", 136L)
                .containsEntry("held_bytes", 137L)
                .containsEntry("oldest_age_ms", 138_000L)
                .containsEntry("messages_in", 139L)
                .containsEntry("bytes_in", 140L)
                .containsEntry("messages_out", 141L)
                .containsEntry("bytes_out", 142L)
                .containsEntry("dropped", 143L)
                .containsEntry("returned", 144L)
                .containsEntry("rate_in", 1.5)
                .containsEntry("rate_out", 2.5);
    }

    @Test
    void ofAConnectionInTheApi() {
        Map<String, Object> row = only(Json.bytes(json -> {
            json.writeArrayPropertyStart("rows");
            ClientConnections.write(json, connection);
            json.writeEndArray();
        }));
        assertThat(row)
                .containsEntry("id", "c-1")
                .containsEntry("remote_address", "10.0.0.1:4711")
                .containsEntry("protocol", "native")
                .containsEntry("state", "open")
                .containsEntry("opened", OPENED.toString())
                .containsEntry("subscribed_to", "/topic/a")
                .containsEntry("publishes_to", "/queue/b")
                .containsEntry("messages_in", 121L)
                .containsEntry("bytes_in", 122L)
                .containsEntry("pushed_back_ms", 123L)
                .containsEntry("pushed_back_by", "/queue/c");
        assertThat(JsonTree.<Map<String, Object>>at(row, "subscriber"))
                .containsEntry("held_messages", 101L)
                .containsEntry("held_bytes", 102L)
                .containsEntry("oldest_age_ms", 103_000L)
                .containsEntry("messages_written", 104L)
                .containsEntry("bytes_written", 105L)
                .containsEntry("messages_returned", 106L)
                .containsEntry("dropped", 307L)
                .containsEntry("dropped_by_reason", Map.of("overflow", 107L, "expired", 200L))
                .containsEntry("slow", true)
                .containsEntry("slow_since", SLOW_SINCE.toString())
                .containsEntry("slow_episodes", 108L)
                .containsEntry("waiting_publishers", 109L);
    }

    @Test
    void ofTheBrokerInTheApi() {
        BrokerJson writer = new BrokerJson(BrokerStub.of(Map.of(
                "facts",
                new BrokerFacts("v", "17", 7, OPENED, "/etc/sluice.yaml", List.of("native :25000"), "nio"),
                "readiness",
                Readiness.READY)));
        Object broker = JsonTree.parse(text(Json.bytes(
                json -> writer.write(json, picture, new Observer.Rates(1.5, 2.5, 3.5, 4.5, 5.5, Map.of())))));

        assertThat(JsonTree.<Map<String, Object>>at(broker, "totals"))
                .containsEntry("messages_in", 1001L)
                .containsEntry("bytes_in", 1002L)
                .containsEntry("messages_written", 1003L)
                .containsEntry("bytes_written", 1004L)
                .containsEntry("messages_returned", 1005L)
                .containsEntry("push_backs", 1006L)
                .containsEntry("slow_episodes", 1008L);
        for (DropReason reason : DropReason.values()) {
            assertThat(JsonTree.<Map<String, Object>>at(broker, "totals", "dropped"))
                    .containsEntry(reason.text(), 1100L + reason.ordinal());
        }
        for (CloseReason reason : CloseReason.values()) {
            assertThat(JsonTree.<Map<String, Object>>at(broker, "totals", "closed"))
                    .containsEntry(reason.text(), 1300L + reason.ordinal());
        }
        assertThat(JsonTree.<Map<String, Object>>at(broker, "connections"))
                .containsEntry("open", 1L)
                .containsEntry("max", 1401L)
                .containsEntry("accepted", 1007L)
                .containsEntry("by_state", Map.of("handshake", 0L, "open", 1L, "closing", 0L));
        assertThat(JsonTree.<Map<String, Object>>at(broker, "rates"))
                .containsEntry("messages_in", 1.5)
                .containsEntry("bytes_in", 2.5)
                .containsEntry("messages_written", 3.5)
                .containsEntry("bytes_written", 4.5)
                .containsEntry("dropped", 5.5);
        assertThat(JsonTree.<Map<String, Object>>at(broker, "memory"))
                .containsEntry("pinned_bytes", 1403L)
                .containsEntry("max_bytes", 1404L);
        assertThat(JsonTree.<Map<String, Object>>at(broker))
                .containsEntry("destinations", 1L)
                .containsEntry("subscribers", 1L)
                .containsEntry("slow_subscribers", 1L)
                .containsEntry("waiting_publishers", 1L)
                .containsEntry("waiting_messages", 133L)
                .containsEntry("waiting_bytes", 134L)
                .containsEntry("held_messages", 101L);
    }

    private List<String> scraped() {
        try (MetricsExport export = new MetricsExport(10)) {
            return text(export.scrape(picture)).lines().toList();
        }
    }

    private static Map<String, Object> only(byte[] rows) {
        return JsonTree.at(JsonTree.parse(text(rows)), "rows", 0);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

package io.sluice.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.broker.base.LogLines;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.DelaySnapshot;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.metrics.SubscriberSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

final class StatsFileTest {
    @TempDir
    private Path directory;

    @Test
    void aLineIsOneJsonObjectWithEverythingCounted() {
        BrokerCounters counters = new BrokerCounters();
        counters.received(3, 30);
        counters.dropped(DropReason.EXPIRED, 2, 20);
        counters.closed(CloseReason.CUT_OFF);
        String line = StatsFile.line(snapshot(counters, List.of()));
        assertThat(line).doesNotContain("\n");
        Map<String, String> values = parse(line);
        assertThat(values)
                .containsEntry("/time", "2026-01-02T03:04:05Z")
                .containsEntry("/messages_in", "3")
                .containsEntry("/bytes_in", "30")
                .containsEntry("/dropped_messages/expired", "2")
                .containsEntry("/dropped_bytes/expired", "20")
                .containsEntry("/dropped_messages/overflow", "0")
                .containsEntry("/closes/cut-off", "1")
                .containsEntry("/open_connections", "4")
                .containsEntry("/destinations", "5")
                .containsEntry("/waiting_messages", "6")
                .containsEntry("/waiting_bytes", "7")
                .containsEntry("/waiting_publishers", "8")
                .containsEntry("/pinned_bytes", "9")
                .containsEntry("/max_pinned_bytes", "10");
        for (CloseReason reason : CloseReason.values()) {
            assertThat(values).containsKey("/closes/" + reason.text());
        }
    }

    @Test
    void namesOfDestinationsAreEscaped() {
        String nasty = "/topic/\"},{\\ \u2028 ü 日";
        Map<String, String> values =
                parse(StatsFile.line(snapshot(new BrokerCounters(), List.of(subscriber(nasty, 1)))));
        assertThat(values)
                .containsEntry("/subscribers/0/destination", nasty)
                .containsEntry("/subscribers/0/slow", "true")
                .containsEntry("/subscribers/0/dropped_messages/overflow", "3")
                .containsEntry("/held_messages", "2");
    }

    @Test
    void listsOfManySubscribersThoseThatHoldTheMost() {
        List<SubscriberSnapshot> subscribers = new ArrayList<>();
        for (int i = 0; i < 1_500; i++) {
            subscribers.add(subscriber("/topic/" + i, i));
        }
        Map<String, String> values = parse(StatsFile.line(snapshot(new BrokerCounters(), subscribers)));
        assertThat(values)
                .containsEntry("/subscribers/0/held_bytes", "1499")
                .containsEntry("/subscribers/999/held_bytes", "500")
                .doesNotContainKey("/subscribers/1000/held_bytes")
                .containsEntry("/held_messages", "3000");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskEndsTheStatisticsAndNothingElse() {
        try (LogLines lines = LogLines.of(StatsFile.class.getName())) {
            try (StatsFile stats = new StatsFile(Path.of("/dev/full"))) {
                stats.append(snapshot(new BrokerCounters(), List.of()));
                stats.append(snapshot(new BrokerCounters(), List.of()));
            }
            assertThat(lines.lines())
                    .singleElement()
                    .asString()
                    .startsWith("WARN cannot write the statistics file /dev/full any more: ");
        }
    }

    @Test
    void appendsALineAtATimeToWhatIsThere() throws IOException {
        Path file = directory.resolve("stats");
        for (int run = 1; run <= 2; run++) {
            try (StatsFile stats = new StatsFile(file)) {
                stats.append(snapshot(new BrokerCounters(), List.of()));
                assertThat(Files.readAllLines(file)).hasSize(2 * run - 1);
                stats.append(snapshot(new BrokerCounters(), List.of()));
            }
        }
        assertThat(Files.readAllLines(file))
                .hasSize(4)
                .allSatisfy(line -> assertThat(parse(line)).isNotEmpty());
    }

    @Test
    void aFileThatCannotBeOpenedIsToldInOneLine() {
        assertThatThrownBy(() -> new StatsFile(directory.resolve("missing").resolve("stats")))
                .isInstanceOf(BrokerStartException.class)
                .hasMessageContaining("cannot write the statistics file")
                .message()
                .doesNotContain("\n");
    }

    private static BrokerSnapshot snapshot(BrokerCounters counters, List<SubscriberSnapshot> subscribers) {
        return new BrokerSnapshot(
                Instant.parse("2026-01-02T03:04:05Z"), counters.totals(), 4, 5, 6, 7, 8, 9, 10, subscribers);
    }

    private static SubscriberSnapshot subscriber(String destination, long heldBytes) {
        return new SubscriberSnapshot(
                "c-1",
                "127.0.0.1:4711",
                destination,
                2,
                heldBytes,
                40,
                1,
                10,
                0,
                Map.of(DropReason.OVERFLOW, 3L),
                1,
                Instant.EPOCH,
                0,
                DelaySnapshot.EMPTY);
    }

    /** Every value of a JSON text by its path; fails where it is not JSON. */
    private static Map<String, String> parse(String json) {
        Map<String, String> values = new HashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
            JsonToken token;
            while ((token = parser.nextToken()) != null) {
                if (token.isScalarValue()) {
                    values.put(parser.streamReadContext().pathAsPointer().toString(), parser.getString());
                }
            }
        }
        return values;
    }
}

package io.sluice.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.server.NativeClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code /metrics} says, and that docs/METRICS.md says the same of it. */
final class MetricsTest {
    private static final Path PAGE = Path.of("..", "docs", "METRICS.md");
    private static final Pattern ROW =
            Pattern.compile("\\| `(?<name>[a-z_0-9]+)` \\| (?<type>\\*?[a-z]+\\*?) \\| (?<labels>[a-z_, ]*)\\| .+ \\|");
    private static final Pattern SAMPLE =
            Pattern.compile("(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(?<labels>.*)\\})? (?<value>\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** A metric as the page or a scrape has it. */
    private record Described(String type, Set<String> labels, boolean always) {}

    private static Map<String, Described> page() throws IOException {
        Map<String, Described> rows = new TreeMap<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                String type = row.group("type");
                Set<String> labels =
                        new TreeSet<>(List.of(row.group("labels").strip().split(", ", -1)));
                labels.remove("");
                rows.put(row.group("name"), new Described(type.replace("*", ""), labels, !type.startsWith("*")));
            }
        }
        return rows;
    }

    /** Names as written before each family: counters with _total. */
    private static Map<String, Described> scraped(String text) {
        Map<String, Described> families = new TreeMap<>();
        Map<String, Set<String>> labels = new HashMap<>();
        String name = "";
        for (String line : text.lines().toList()) {
            if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ", -1);
                name = words[2];
                labels.put(name, new TreeSet<>());
                families.put(name, new Described(words[3], labels.get(name), true));
            } else if (!line.startsWith("#")) {
                Matcher sample = SAMPLE.matcher(line);
                assertThat(sample.matches()).as(line).isTrue();
                Matcher label = LABEL.matcher(sample.group("labels") == null ? "" : sample.group("labels"));
                while (label.find()) {
                    if (!label.group(1).equals("le") && !label.group(1).equals("quantile")) {
                        labels.get(name).add(label.group(1));
                    }
                }
            }
        }
        return families;
    }

    private static double value(String text, String series) {
        return text.lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElse(Double.NaN);
    }

    @Test
    void thePageDescribesEveryMetricThereIs() throws IOException {
        try (AdminFixture admin = new AdminFixture();
                NativeClient subscriber = NativeClient.subscribe(admin.broker, "/queue/a");
                NativeClient publisher = NativeClient.subscribe(admin.broker, "/null")) {
            await().until(() -> admin.broker.counters().subscribers().size() == 1);
            publisher.publish("/queue/a", "hello");
            assertThat(subscriber.receive()).isEqualTo("hello");

            Map<String, Described> scraped = scraped(admin.get("/metrics").body());
            Map<String, Described> page = page();

            assertThat(page.keySet()).as("described in docs/METRICS.md").containsAll(scraped.keySet());
            page.forEach((name, described) -> {
                if (described.always() || scraped.containsKey(name)) {
                    assertThat(scraped)
                            .as("described in docs/METRICS.md, scraped")
                            .containsKey(name);
                    assertThat(scraped.get(name).type()).as("type of " + name).isEqualTo(described.type());
                    assertThat(scraped.get(name).labels())
                            .as("labels of " + name)
                            .isEqualTo(described.labels());
                }
            });
        }
    }

    @Test
    void everySampleHasTypeAndHelp() throws IOException {
        try (AdminFixture admin = new AdminFixture()) {
            PlainHttp.Response response = admin.get("/metrics");

            assertThat(response.header("content-type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
            Set<String> helped = new TreeSet<>();
            for (String line : response.body().lines().toList()) {
                if (line.startsWith("# HELP ")) {
                    assertThat(helped.add(line.split(" ", -1)[2])).as(line).isTrue();
                } else if (line.startsWith("# TYPE ")) {
                    assertThat(helped).contains(line.split(" ", -1)[2]);
                }
            }
        }
    }

    @Test
    void countsAreThoseOfTheBroker() throws IOException {
        try (AdminFixture admin = new AdminFixture();
                NativeClient subscriber = NativeClient.subscribe(admin.broker, "/topic/a");
                NativeClient publisher = NativeClient.subscribe(admin.broker, "/null")) {
            await().until(() -> admin.broker.counters().subscribers().size() == 1);
            for (int i = 0; i < 10; i++) {
                publisher.publish("/topic/a", "12345");
                subscriber.receive();
            }
            publisher.publish("/topic/nobody", "1");
            await().until(() -> admin.broker.counters().totals().messagesIn() == 11
                    && admin.broker.counters().totals().messagesWritten() == 10);

            await().untilAsserted(() -> {
                String text = admin.get("/metrics").body();
                assertThat(value(text, "sluice_messages_received_total")).isEqualTo(11);
                assertThat(value(text, "sluice_received_bytes_total")).isEqualTo(51);
                assertThat(value(text, "sluice_messages_written_total")).isEqualTo(10);
                assertThat(value(text, "sluice_written_bytes_total")).isEqualTo(50);
                assertThat(value(text, "sluice_messages_dropped_total{reason=\"no-subscriber\"}"))
                        .isEqualTo(1);
                assertThat(value(text, "sluice_subscribers")).isEqualTo(1);
                assertThat(value(text, "sluice_destinations{kind=\"topic\"}")).isEqualTo(1);
                assertThat(value(text, "sluice_connections{protocol=\"native\",state=\"open\"}"))
                        .isEqualTo(2);
                assertThat(value(
                                text,
                                "sluice_destination_messages_received_total{destination=\"/topic/a\",kind=\"topic\"}"))
                        .isEqualTo(10);
                assertThat(
                                value(
                                        text,
                                        "sluice_destination_time_in_queue_seconds_count{destination=\"/topic/a\",kind=\"topic\"}"))
                        .isEqualTo(10);
            });
        }
    }

    @Test
    void aPublisherThatWaitsForTwoQueuesIsOne() throws IOException {
        try (AdminFixture admin = new AdminFixture(Map.of("queues.max-messages", "1"));
                NativeClient publisher = NativeClient.subscribe(admin.broker, "/null")) {
            publisher.frames("/queue/a", "1", "/queue/b", "1", "/queue/a", "2", "/queue/b", "2");

            await().untilAsserted(() -> {
                String text = admin.get("/metrics").body();
                for (String name : List.of("/queue/a", "/queue/b")) {
                    assertThat(value(
                                    text,
                                    "sluice_destination_waiting_publishers{destination=\"" + name
                                            + "\",kind=\"queue\"}"))
                            .isEqualTo(1);
                }
                assertThat(value(text, "sluice_publishers_pushed_back")).isEqualTo(1);
            });
        }
    }

    @Test
    void whatClientsNamedCannotBreakOut() throws IOException {
        String name = "/queue/\"} 1 \\n\\ <b>";
        try (AdminFixture admin = new AdminFixture();
                NativeClient subscriber = NativeClient.subscribe(admin.broker, name)) {
            await().until(() -> admin.broker.counters().subscribers().size() == 1);
            String text = admin.get("/metrics").body();

            assertThat(text).contains("destination=\"/queue/\\\"} 1 \\\\n\\\\ <b>\"");
            scraped(text);
            subscriber.goodbye();
        }
    }

    @Test
    void onlySoManyAreToldOfOneByOneAndTheRestIsSummed() throws IOException {
        try (AdminFixture admin = new AdminFixture(Map.of("admin.metrics-series", "3"));
                NativeClient publisher = NativeClient.subscribe(admin.broker, "/null")) {
            List<NativeClient> subscribers = new ArrayList<>();
            try {
                for (int i = 0; i < 8; i++) {
                    publisher.publish("/queue/" + i, "x".repeat(1000 * (i + 1)));
                    subscribers.add(NativeClient.subscribe(admin.broker, "/topic/" + i));
                }
                await().until(() -> admin.broker.counters().waitingMessages() == 8
                        && admin.broker.counters().subscribers().size() == 8);
                String text = admin.get("/metrics").body();

                List<String> messages = text.lines()
                        .filter(line -> line.startsWith("sluice_destination_messages{"))
                        .toList();
                assertThat(messages)
                        .containsExactlyInAnyOrder(
                                "sluice_destination_messages{destination=\"/queue/7\",kind=\"queue\"} 1.0",
                                "sluice_destination_messages{destination=\"/queue/6\",kind=\"queue\"} 1.0",
                                "sluice_destination_messages{destination=\"/queue/5\",kind=\"queue\"} 1.0",
                                "sluice_destination_messages{destination=\"_other\",kind=\"_other\"} 5.0");
                assertThat(text.lines().filter(line -> line.startsWith("sluice_subscriber_messages{")))
                        .hasSize(4);
                assertThat(text.lines().filter(line -> line.startsWith("sluice_destination_messages_received_total{")))
                        .hasSize(3)
                        .noneMatch(line -> line.contains("_other"));
            } finally {
                for (NativeClient subscriber : subscribers) {
                    subscriber.close();
                }
            }
        }
    }
}

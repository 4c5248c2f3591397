package io.sluice.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Alerts and dashboard against a live broker. */
@OnDockerEngine
class MonitoringIT {
    private static final Path FOLDER = SluiceImage.root().resolve("docker");
    private static final Pattern METRIC = Pattern.compile("\\b(?:sluice|jvm)_[a-z0-9_]+");
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path folder;

    @Test
    void everyMetricThatDashboardAndAlertsNameIsInALiveScrape() throws IOException {
        Set<String> named = new TreeSet<>();
        addMetrics(Files.readString(FOLDER.resolve("grafana/sluice.json")), named);
        addMetrics(Files.readString(FOLDER.resolve("prometheus/alerts.yml")), named);
        assertThat(named).hasSizeGreaterThan(20);
        try (Site site = new Site()) {
            AdminApi api = AdminApi.of(site.broker(AdminApi::opened));
            site.listen("-t", "/topic/a", "-t", "/queue/a");
            assertThat(site.send("-t", "/topic/a", "-m", "x").awaitExit()).isZero();

            assertThat(api.metricNames()).containsAll(named);
        }
    }

    @Test
    void prometheusScrapesAndRaisesAnAlertForAStalledSubscriber() throws Exception {
        try (Site site = new Site()) {
            SluiceContainer broker =
                    site.broker(container -> AdminApi.opened(container).withEnv(PausedListenerIT.smallBounds()));
            SluiceContainer listener = site.listen("-t", "/topic/busy", "-q");
            int port = freePort();
            Process prometheus = prometheus(AdminApi.of(broker).address(), port);
            try {
                listener.pause();
                site.send("-t", "/topic/busy", "--rate", "500", "--size", "20000");

                JsonNode alert = await().atMost(Site.PATIENCE)
                        .pollInterval(1, TimeUnit.SECONDS)
                        .ignoreExceptionsInstanceOf(IOException.class)
                        .until(
                                () -> slowSubscriber(port),
                                found -> found.path("state").asString().equals("firing"));
                assertThat(alert.path("labels").path("destination").asString()).isEqualTo("/topic/busy");
                assertThat(alert.path("annotations").path("summary").asString()).endsWith(" is slow at /topic/busy");

                everyQueryOfTheDashboardIsAnswered(port);

                listener.unpause();
                await().atMost(Site.PATIENCE)
                        .pollInterval(1, TimeUnit.SECONDS)
                        .until(() -> slowSubscriber(port).isMissingNode());
            } finally {
                prometheus.destroy();
                prometheus.waitFor();
            }
        }
    }

    /** With our configuration, but for where the broker and the token are. */
    private Process prometheus(String broker, int port) throws IOException {
        Path token = Files.writeString(folder.resolve("token"), AdminApi.TOKEN);
        Files.copy(FOLDER.resolve("prometheus/alerts.yml"), folder.resolve("alerts.yml"));
        String configuration = Files.readString(FOLDER.resolve("prometheus/prometheus.yml"))
                .replace("broker:25001", broker)
                .replace("/run/secrets/admin-token", token.toString());
        Path file = Files.writeString(folder.resolve("prometheus.yml"), configuration);
        try {
            return new ProcessBuilder(
                            "prometheus",
                            "--config.file=" + file,
                            "--storage.tsdb.path=" + folder.resolve("data"),
                            "--web.listen-address=127.0.0.1:" + port)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("out").toFile())
                    .start();
        } catch (IOException e) {
            System.out.println("SKIPPED alert of a live Prometheus: no prometheus in PATH");
            return abort("no prometheus");
        }
    }

    /** The alert about the subscriber, or a missing node. */
    private static JsonNode slowSubscriber(int port) throws IOException, InterruptedException {
        JsonNode alerts = ask(port, "/api/v1/alerts").path("data").path("alerts");
        Stream<JsonNode> all = StreamSupport.stream(alerts.spliterator(), false);
        return all.filter(alert ->
                        alert.path("labels").path("alertname").asString().equals("SluiceSubscriberSlow"))
                .findFirst()
                .orElse(alerts.path("none"));
    }

    private static void everyQueryOfTheDashboardIsAnswered(int port) throws IOException, InterruptedException {
        List<JsonNode> queries = JSON.readTree(Files.readString(FOLDER.resolve("grafana/sluice.json")))
                .findValues("expr");
        assertThat(queries).hasSizeGreaterThan(20);
        for (JsonNode query : queries) {
            String asked = query.asString().replace("$instance", ".*").replace("$__rate_interval", "1m");
            JsonNode answer = ask(port, "/api/v1/query?query=" + URLEncoder.encode(asked, StandardCharsets.UTF_8));
            assertThat(answer.path("status").asString())
                    .as("%s: %s", asked, answer)
                    .isEqualTo("success");
            assertThat(answer.path("data").path("result")).as(asked).isNotEmpty();
            if (asked.contains("label_join")) {
                // Two brokers may have a connection of the same id each.
                JsonNode labels = answer.path("data").path("result").get(0).path("metric");
                assertThat(labels.path("row").asString())
                        .isEqualTo(labels.path("instance").asString() + " "
                                + labels.path("connection").asString());
            }
        }
    }

    private static JsonNode ask(int port, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        HttpRequest request = HttpRequest.newBuilder(uri).build();
        return JSON.readTree(HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofString())
                .body());
    }

    private static void addMetrics(String text, Set<String> names) {
        Matcher matcher = METRIC.matcher(text);
        while (matcher.find()) {
            names.add(matcher.group());
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}

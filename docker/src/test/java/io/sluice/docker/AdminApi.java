package io.sluice.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.testcontainers.images.builder.Transferable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The admin listener of a broker in a container, opened to others by a token file. */
final class AdminApi {
    static final String TOKEN = "0123456789abcdef0123456789abcdef";
    static final int PORT = 25001;

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final JsonMapper JSON = new JsonMapper();

    private final SluiceContainer broker;

    private AdminApi(SluiceContainer broker) {
        this.broker = broker;
    }

    /** Makes a container's broker serve it. */
    static SluiceContainer opened(SluiceContainer broker) {
        return broker.withEnv(Map.of(
                        "SLUICE_CONF_ADMIN_HOST", "0.0.0.0",
                        "SLUICE_CONF_ADMIN_TOKEN_FILE", "/run/secrets/admin-token"))
                .withCopyToContainer(Transferable.of(TOKEN, 0444), "/run/secrets/admin-token")
                .withExposedPorts(PORT);
    }

    static AdminApi of(SluiceContainer broker) {
        return new AdminApi(broker);
    }

    /** Where this machine reaches it. */
    String address() {
        return "127.0.0.1:" + broker.getMappedPort(PORT);
    }

    HttpResponse<String> get(String path, String token) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address() + path))
                .header("Authorization", "Bearer " + token)
                .build();
        try {
            return HTTP.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    JsonNode json(String path) {
        return JSON.readTree(body(path));
    }

    /** The value of a metric, by its name and labels as the scrape has them. */
    double metric(String sample) {
        return body("/metrics")
                .lines()
                .filter(line -> line.startsWith(sample + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + sample + " in the scrape"));
    }

    /** The names of all metrics in a scrape. */
    Set<String> metricNames() {
        return body("/metrics")
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.replaceFirst("[{ ].*", ""))
                .collect(Collectors.toSet());
    }

    private String body(String path) {
        HttpResponse<String> response = get(path, TOKEN);
        if (response.statusCode() != 200) {
            throw new AssertionError(path + ": " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }
}

package io.sluice.systemtest;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Calls of a broker's admin API, with its token. */
final class AdminCalls {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient client = HttpClient.newHttpClient();
    private final String url;
    private final Path tokenFile;

    /** @param tokenFile what {@code admin.token-file} names */
    AdminCalls(BrokerProcess broker, Path tokenFile) throws IOException {
        this.url = Files.readAllLines(broker.portsFile()).stream()
                .filter(line -> line.startsWith("admin="))
                .map(line -> "http://" + line.substring("admin=".length()))
                .findFirst()
                .orElseThrow(() -> new IOException("no line admin=... in " + broker.portsFile()));
        this.tokenFile = tokenFile;
    }

    /** Where it listens. */
    String url() {
        return url;
    }

    /** The status of a GET. */
    int get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url + path)));
    }

    /** The status of a POST of JSON. */
    int post(String path, String json) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + Files.readString(tokenFile).strip())
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    private int send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}

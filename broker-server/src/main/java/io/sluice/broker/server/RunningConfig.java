package io.sluice.broker.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The configuration of a broker that runs, as its admin API tells it. */
final class RunningConfig {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final JsonFactory JSON = new JsonFactory();

    private RunningConfig() {}

    /**
     * One setting.
     *
     * @param value as in a file
     * @param origin as {@link io.sluice.broker.config.LoadedConfig#origins()} has it
     */
    record Setting(String value, String origin) {

        /** Whether what a file says would not count. */
        boolean isOverridden() {
            return origin.startsWith("environment ") || origin.startsWith("flag ");
        }
    }

    /** The broker answered, but not with its configuration. */
    static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    /**
     * Asks a broker, for at most ten seconds.
     *
     * @param token what to show as the admin token; empty for none
     * @return settings by dotted key
     * @throws RefusedException when it gave another answer
     */
    static Map<String, Setting> read(URI admin, String token) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(admin.resolve("/api/v1/config")).timeout(TIMEOUT);
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        HttpResponse<String> response = HttpClient.newBuilder()
                .connectTimeout(TIMEOUT)
                .build()
                .send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new RefusedException("the broker at " + admin + " answered with status " + response.statusCode()
                    + (response.statusCode() == 401 ? "; name its token with --token-file" : ""));
        }
        try {
            return parse(response.body());
        } catch (JacksonException e) {
            throw new RefusedException("what answers at " + admin + " is no broker: its configuration is not JSON");
        }
    }

    /** The objects of the one list there is, each with its texts. */
    static Map<String, Setting> parse(String body) {
        Map<String, Setting> settings = new LinkedHashMap<>();
        try (JsonParser in = JSON.createParser(ObjectReadContext.empty(), body)) {
            Map<String, String> texts = new LinkedHashMap<>();
            JsonToken token;
            while ((token = in.nextToken()) != null) {
                if (token == JsonToken.START_OBJECT) {
                    texts.clear();
                } else if (token == JsonToken.VALUE_STRING) {
                    texts.put(String.valueOf(in.currentName()), in.getString());
                } else if (token == JsonToken.END_OBJECT && texts.containsKey("key")) {
                    settings.put(
                            texts.getOrDefault("key", ""),
                            new Setting(texts.getOrDefault("value", ""), texts.getOrDefault("origin", "")));
                    texts.clear();
                }
            }
        }
        return settings;
    }
}

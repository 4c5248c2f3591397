package io.sluice.systemtest;

import io.sluice.broker.metrics.CloseReason;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** One line of a broker's statistics: all its numbers, by name; those in objects as {@code closes.memory}. */
record StatsSample(Map<String, Long> numbers) {
    private static final JsonFactory JSON = new JsonFactory();

    /** Reads a line. The list of subscribers is left out. */
    static StatsSample parse(String line) {
        Map<String, Long> numbers = new HashMap<>();
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), line)) {
            String prefix = "";
            String name = "";
            JsonToken token = json.nextToken();
            while (token != null) {
                switch (token) {
                    case PROPERTY_NAME -> name = json.currentName();
                    case START_ARRAY -> json.skipChildren();
                    case START_OBJECT -> prefix = name.isEmpty() ? "" : name + ".";
                    case END_OBJECT -> prefix = "";
                    case VALUE_NUMBER_INT -> numbers.put(prefix + name, json.getLongValue());
                    default -> {}
                }
                token = json.nextToken();
            }
        }
        return new StatsSample(numbers);
    }

    long get(String name) {
        Long number = numbers.get(name);
        if (number == null) {
            throw new IllegalArgumentException("no number " + name + " among " + numbers.keySet());
        }
        return number;
    }

    /** How many connections were closed for a reason, since the broker started. */
    long closes(CloseReason reason) {
        return get("closes." + reason.text());
    }

    /** How many connections were closed, by reason; without those that are 0. */
    Map<CloseReason, Long> closes() {
        Map<CloseReason, Long> closes = new EnumMap<>(CloseReason.class);
        for (CloseReason reason : CloseReason.values()) {
            if (closes(reason) > 0) {
                closes.put(reason, closes(reason));
            }
        }
        return closes;
    }

    /** Connections that were closed, for whatever reason. */
    long allCloses() {
        return closes().values().stream().mapToLong(Long::longValue).sum();
    }
}

package io.sluice.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A value of a JSON document that a broker sent, for reading. What is absent, or of another kind than asked for, reads as
 * empty or 0: a broker of another version may say more or less.
 *
 * <p>Texts come out as {@link TerminalText}: much in them was named by some client of the broker.
 */
final class Json {
    static final Json ABSENT = new Json(null);

    private static final JsonFactory FACTORY = new JsonFactory();

    private final @Nullable Object value;

    private Json(@Nullable Object value) {
        this.value = value;
    }

    /** @throws IllegalArgumentException if it is no JSON, or more than one value */
    static Json parse(byte[] document) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), document)) {
            if (parser.nextToken() == null) {
                throw new IllegalArgumentException("it is empty");
            }
            Json root = read(parser);
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("something follows its end");
            }
            return root;
        } catch (JacksonException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }

    // The parser itself refuses documents that are nested too deeply for this.
    private static Json read(JsonParser parser) {
        return new Json(
                switch (parser.currentToken()) {
                    case START_OBJECT -> readObject(parser);
                    case START_ARRAY -> readArray(parser);
                    case VALUE_STRING -> TerminalText.of(parser.getString());
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
                    case VALUE_TRUE -> true;
                    case VALUE_FALSE -> false;
                    default -> null;
                });
    }

    private static Map<String, Json> readObject(JsonParser parser) {
        Map<String, Json> entries = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            entries.put(TerminalText.of(key), read(parser));
        }
        return entries;
    }

    private static List<Json> readArray(JsonParser parser) {
        List<Json> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(read(parser));
        }
        return items;
    }

    /** The entry of this name at the end of a path: {@code at("memory", "max_bytes")}. */
    Json at(String... path) {
        Json at = this;
        for (String key : path) {
            at = at.entries().getOrDefault(key, ABSENT);
        }
        return at;
    }

    /** Whether there is nothing here, or null. */
    boolean isAbsent() {
        return value == null;
    }

    boolean isTrue() {
        return Boolean.TRUE.equals(value);
    }

    /** Whole up to 2<sup>53</sup>: of more messages or bytes nobody wants the last digit. */
    double number() {
        return value instanceof Double number ? number : 0;
    }

    /** A text; a number or a truth value as one. */
    String text() {
        if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15) {
            return Long.toString(number.longValue());
        }
        return value == null || value instanceof Map || value instanceof List ? "" : value.toString();
    }

    @SuppressWarnings("unchecked") // made here
    List<Json> items() {
        return value instanceof List ? (List<Json>) value : List.of();
    }

    @SuppressWarnings("unchecked") // made here
    Map<String, Json> entries() {
        return value instanceof Map ? (Map<String, Json>) value : Map.of();
    }
}

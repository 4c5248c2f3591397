package io.sluice.systemtest;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Any JSON that a test has to read.
 *
 * @param value a map, a list, a text, a number, a truth value or null
 */
record Json(Object value) {
    static final Json NULL = new Json(null);

    private static final JsonFactory FACTORY = new JsonFactory();

    static Json parse(String text) {
        try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            return new Json(read(in, in.nextToken()));
        }
    }

    /** A text as JSON writes it. */
    static String quoted(String text) {
        StringWriter out = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            generator.writeString(text);
        }
        return out.toString();
    }

    private static Object read(JsonParser in, JsonToken token) {
        return switch (token) {
            case START_OBJECT -> {
                Map<String, Object> object = new LinkedHashMap<>();
                while (in.nextToken() != JsonToken.END_OBJECT) {
                    String name = in.currentName();
                    object.put(name, read(in, in.nextToken()));
                }
                yield object;
            }
            case START_ARRAY -> {
                List<Object> array = new ArrayList<>();
                JsonToken next = in.nextToken();
                while (next != JsonToken.END_ARRAY) {
                    array.add(read(in, next));
                    next = in.nextToken();
                }
                yield array;
            }
            case VALUE_NUMBER_INT -> in.getLongValue();
            case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> in.getString();
        };
    }

    boolean has(String name) {
        return value instanceof Map<?, ?> object && object.containsKey(name);
    }

    /** What stands under a path of names. */
    Json at(String... path) {
        Object at = value;
        for (String name : path) {
            if (!(at instanceof Map<?, ?> object) || !object.containsKey(name)) {
                throw new AssertionError("no " + String.join(".", path) + " in " + value);
            }
            at = object.get(name);
        }
        return new Json(at);
    }

    long number(String... path) {
        Object at = at(path).value;
        if (!(at instanceof Number number)) {
            throw new AssertionError("no number but " + at + " at " + String.join(".", path) + " in " + value);
        }
        return number.longValue();
    }

    String text(String... path) {
        return at(path).asText();
    }

    String asText() {
        return String.valueOf(value);
    }

    boolean isTrue() {
        return Boolean.TRUE.equals(value);
    }

    List<Json> items() {
        return ((List<?>) value).stream().map(Json::new).toList();
    }

    @Override
    public String toString() {
        return String.valueOf(value);
    }
}

package io.sluice.broker.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** JSON in and out: answers are objects written property by property, bodies are flat objects. */
final class Json {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final String TYPE = "application/json";

    private Json() {}

    /** Writes the properties of an object. */
    @FunctionalInterface
    interface Properties {
        void write(JsonGenerator json);
    }

    /** An object as the body of an answer. */
    static Answer answer(HttpResponseStatus status, Properties properties) {
        return Answer.of(status, TYPE, bytes(properties));
    }

    /** All is well, and this is what was asked for. */
    static Answer ok(Properties properties) {
        return answer(HttpResponseStatus.OK, properties);
    }

    /** An object in UTF-8, on one line. */
    static byte[] bytes(Properties properties) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            properties.write(json);
            json.writeEndObject();
        }
        return out.toByteArray();
    }

    /** The properties of a flat object: texts, whole numbers, truth values. */
    static Map<String, Object> flatObject(byte[] body) {
        Map<String, Object> properties = new LinkedHashMap<>();
        try (JsonParser parser =
                FACTORY.createParser(ObjectReadContext.empty(), new String(body, StandardCharsets.UTF_8))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw notAnObject();
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                properties.put(name, value(parser, parser.nextToken()));
            }
            if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
                throw notAnObject();
            }
        } catch (JacksonException e) {
            throw notAnObject();
        }
        return properties;
    }

    private static Object value(JsonParser parser, JsonToken token) {
        return switch (token) {
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw notAnObject();
        };
    }

    private static ApiException notAnObject() {
        return ApiException.badRequest(
                "bad_body",
                "the body must be one JSON object of texts, whole numbers, true and false, each name once; {} says nothing");
    }
}

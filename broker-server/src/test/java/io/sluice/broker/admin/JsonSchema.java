package io.sluice.broker.admin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Says how a value differs from a schema; knows of JSON Schema what the OpenAPI document uses, and refuses the rest. */
final class JsonSchema {
    private static final List<String> UNDERSTOOD = List.of(
            "type",
            "description",
            "format",
            "enum",
            "required",
            "properties",
            "additionalProperties",
            "items",
            "oneOf",
            "$ref",
            "minimum",
            "maximum",
            "default",
            "maxItems");

    private final Object document;

    JsonSchema(Object document) {
        this.document = document;
    }

    List<String> problems(Object schema, Object value, String where) {
        Map<String, Object> rules = JsonTree.at(schema);
        for (String rule : rules.keySet()) {
            if (!UNDERSTOOD.contains(rule)) {
                throw new IllegalArgumentException(where + ": a test understands no " + rule);
            }
        }
        if (rules.get("$ref") instanceof String ref) {
            return problems(
                    JsonTree.at(document, "components", "schemas", ref.substring(ref.lastIndexOf('/') + 1)),
                    value,
                    where);
        }
        if (rules.get("oneOf") instanceof List<?> choices) {
            boolean fits = choices.stream()
                    .anyMatch(choice -> problems(choice, value, where).isEmpty());
            return fits ? List.of() : List.of(where + ": is none of those it may be: " + value);
        }
        List<String> problems = new ArrayList<>();
        Object type = rules.get("type");
        List<?> types = type instanceof List<?> list ? list : List.of(type);
        if (types.stream().noneMatch(each -> is(value, (String) each))) {
            problems.add(where + ": is not " + type + ": " + value);
        }
        if (rules.get("enum") instanceof List<?> words && !words.contains(value)) {
            problems.add(where + ": is not one of " + words + ": " + value);
        }
        if ("date-time".equals(rules.get("format")) && value instanceof String time) {
            Instant.parse(time);
        }
        if (value instanceof Map<?, ?> object) {
            checkObject(rules, object, where, problems);
        }
        if (value instanceof List<?> items) {
            items.forEach(item -> problems.addAll(problems(rules.get("items"), item, where + "[]")));
        }
        return problems;
    }

    private void checkObject(Map<String, Object> rules, Map<?, ?> object, String where, List<String> problems) {
        if (rules.get("required") instanceof List<?> required) {
            required.stream()
                    .filter(name -> !object.containsKey(name))
                    .forEach(name -> problems.add(where + ": has no " + name));
        }
        Map<?, ?> properties = rules.get("properties") instanceof Map<?, ?> map ? map : Map.of();
        object.forEach((name, value) -> {
            Object schema = properties.get(name);
            if (schema == null) {
                schema = rules.get("additionalProperties");
            }
            if (Boolean.FALSE.equals(schema)) {
                problems.add(where + ": must not have " + name);
            } else if (schema != null) {
                problems.addAll(problems(schema, value, where + "." + name));
            }
        });
    }

    private static boolean is(Object value, String type) {
        return switch (type) {
            case "object" -> value instanceof Map;
            case "array" -> value instanceof List;
            case "string" -> value instanceof String;
            case "integer" -> value instanceof Long;
            case "number" -> value instanceof Long || value instanceof Double;
            case "boolean" -> value instanceof Boolean;
            case "null" -> value == null;
            default -> throw new IllegalArgumentException("no such type: " + type);
        };
    }
}

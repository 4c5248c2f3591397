package io.sluice.broker.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A request that was understood and let in.
 *
 * @param variables of the path, decoded
 * @param query the parameters, decoded; of several with one name the first
 * @param body of a POST: the properties of a flat JSON object; texts, whole numbers and truth values
 * @param cookies with the sessions shown
 */
record ApiRequest(
        Map<String, String> variables, Map<String, String> query, Map<String, Object> body, SessionCookies cookies) {

    /** A variable of the path. */
    String variable(String name) {
        String value = variables.get(name);
        if (value == null) {
            throw new IllegalStateException("the route has no variable " + name);
        }
        return value;
    }

    /** A parameter of the query, or what counts without it. */
    String parameter(String name, String otherwise) {
        return query.getOrDefault(name, otherwise);
    }

    /** A parameter that has to be there. */
    String parameter(String name) {
        String value = query.get(name);
        if (value == null) {
            throw ApiException.badRequest("missing_parameter", "the query has no " + name + "; add ?" + name + "=…");
        }
        return value;
    }

    /** A parameter that is one of a few words; in Java's spelling of an enum's constants. */
    <E extends Enum<E>> E choice(String name, Class<E> type, E otherwise) {
        String value = query.get(name);
        if (value == null) {
            return otherwise;
        }
        List<String> words = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toList();
        int found = words.indexOf(value);
        if (found < 0) {
            throw ApiException.badRequest("bad_parameter", name + " must be one of " + words);
        }
        return type.getEnumConstants()[found];
    }

    /** A parameter that is a whole number within bounds. */
    int number(String name, int min, int max, int otherwise) {
        String value = query.get(name);
        if (value == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a number out of bounds.
        }
        throw ApiException.badRequest("bad_parameter", name + " must be a whole number from " + min + " to " + max);
    }

    /** A text of the body that has to be there. */
    String text(String name) {
        if (body.get(name) instanceof String text) {
            return text;
        }
        throw ApiException.badRequest("bad_body", "the body needs " + name + ", a text");
    }

    /** A whole number of the body within bounds, or what counts without it. */
    long number(String name, long min, long max, long otherwise) {
        Object value = body.get(name);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Long number && number >= min && number <= max) {
            return number;
        }
        throw ApiException.badRequest("bad_body", name + " must be a whole number from " + min + " to " + max);
    }

    /** Refuses a body with anything but these. */
    void allowOnly(String... names) {
        for (String given : body.keySet()) {
            if (!List.of(names).contains(given)) {
                throw new ApiException(
                        HttpResponseStatus.BAD_REQUEST,
                        "bad_body",
                        "the body may hold " + List.of(names) + " and nothing else");
            }
        }
    }
}

package io.sluice.broker.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/** A request that is answered with an error: its status, a code for programs and a sentence for people. */
final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient HttpResponseStatus status;
    private final String code;
    private final @Nullable String headerName;
    private final @Nullable String headerValue;

    ApiException(HttpResponseStatus status, String code, String message) {
        this(status, code, message, null, null);
    }

    private ApiException(
            HttpResponseStatus status,
            String code,
            String message,
            @Nullable String headerName,
            @Nullable String headerValue) {
        // Neither trace nor suppression: clients cause these, as often as they like.
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.headerName = headerName;
        this.headerValue = headerValue;
    }

    static ApiException badRequest(String code, String message) {
        return new ApiException(HttpResponseStatus.BAD_REQUEST, code, message);
    }

    static ApiException notFound(String code, String message) {
        return new ApiException(HttpResponseStatus.NOT_FOUND, code, message);
    }

    /** The same with a header more. */
    ApiException with(CharSequence name, String value) {
        return new ApiException(status, code, String.valueOf(getMessage()), name.toString(), value);
    }

    /** What the client is told. */
    Answer answer() {
        Answer answer = Json.answer(status, json -> {
            json.writeObjectPropertyStart("error");
            json.writeNumberProperty("status", status.code());
            json.writeStringProperty("code", code);
            json.writeStringProperty("message", String.valueOf(getMessage()));
            json.writeEndObject();
        });
        return headerName == null || headerValue == null ? answer : answer.with(headerName, headerValue);
    }
}

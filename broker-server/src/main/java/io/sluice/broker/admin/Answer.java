package io.sluice.broker.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a client is told: all at once, or, as a stream of events, bit by bit. Immutable. */
final class Answer {
    private static final byte[] NOTHING = {};

    private final HttpResponseStatus status;
    private final String contentType;
    private final byte[] body;
    private final Map<String, String> headers;
    private final @Nullable EventSource stream;

    private Answer(
            HttpResponseStatus status,
            String contentType,
            byte[] body,
            Map<String, String> headers,
            @Nullable EventSource stream) {
        this.status = status;
        this.contentType = contentType;
        this.body = body;
        this.headers = headers;
        this.stream = stream;
    }

    /** @param body not to be changed any more */
    static Answer of(HttpResponseStatus status, String contentType, byte[] body) {
        return new Answer(status, contentType, body, Map.of(), null);
    }

    /** Done, and nothing to say. */
    static Answer noContent() {
        return of(HttpResponseStatus.NO_CONTENT, "", NOTHING);
    }

    /** Server-sent events until one side leaves. */
    static Answer stream(EventSource source) {
        return new Answer(HttpResponseStatus.OK, "text/event-stream", NOTHING, Map.of(), source);
    }

    /** The same with a header more. */
    Answer with(CharSequence name, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(name.toString(), value);
        return new Answer(status, contentType, body, more, stream);
    }

    HttpResponseStatus status() {
        return status;
    }

    /** Empty if there is no body. */
    String contentType() {
        return contentType;
    }

    /** The bytes; not to be changed. */
    byte[] body() {
        return body;
    }

    /** Further headers, by name. */
    Map<String, String> headers() {
        return headers;
    }

    /** What goes on telling after the headers; null for an answer that is complete. */
    @Nullable
    EventSource stream() {
        return stream;
    }
}

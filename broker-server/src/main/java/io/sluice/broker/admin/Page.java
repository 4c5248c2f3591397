package io.sluice.broker.admin;

import java.util.List;
import java.util.function.BiConsumer;
import tools.jackson.core.JsonGenerator;

/** A part of a list: so many after so many, at most 100 at a time. */
final class Page {
    static final int MOST = 100;
    private static final int USUAL = 50;
    private static final int LAST_OFFSET = 10_000_000;

    private final int offset;
    private final int limit;

    private Page(int offset, int limit) {
        this.offset = offset;
        this.limit = limit;
    }

    /** As asked for by {@code offset} and {@code limit}. */
    static Page of(ApiRequest request) {
        return new Page(request.number("offset", 0, LAST_OFFSET, 0), request.number("limit", 1, MOST, USUAL));
    }

    /** The part, within the whole that it is of. */
    <T> Answer answer(List<T> all, BiConsumer<JsonGenerator, T> item) {
        return Json.ok(json -> {
            json.writeNumberProperty("total", all.size());
            json.writeNumberProperty("offset", offset);
            json.writeNumberProperty("limit", limit);
            json.writeArrayPropertyStart("items");
            all.stream().skip(offset).limit(limit).forEach(each -> item.accept(json, each));
            json.writeEndArray();
        });
    }
}

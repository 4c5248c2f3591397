package io.sluice.broker.admin;

import io.sluice.broker.metrics.DelaySnapshot;
import tools.jackson.core.JsonGenerator;

/** Numbers as people want to read them. */
final class Numbers {
    private Numbers() {}

    /** To a thousandth. */
    static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    /** The property {@code time_in_queue}: half and 99 of 100 messages took at most so long. */
    static void writeTimeInQueue(JsonGenerator json, DelaySnapshot delays) {
        json.writeObjectPropertyStart("time_in_queue");
        json.writeNumberProperty("p50_ms", rounded(delays.quantileMs(0.5)));
        json.writeNumberProperty("p99_ms", rounded(delays.quantileMs(0.99)));
        json.writeEndObject();
    }
}

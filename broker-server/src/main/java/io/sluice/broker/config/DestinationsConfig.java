package io.sluice.broker.config;

/**
 * How many destinations there may be, and when one is forgotten.
 *
 * @param max topics and queues together, 1 to 100,000,000
 * @param forgetAfterMs how long a queue stays without subscriber, message or publish, 1 ms to 8760 h
 */
public record DestinationsConfig(int max, long forgetAfterMs) {
    public DestinationsConfig {
        ConfigKeys.DESTINATIONS_MAX.check((long) max);
        ConfigKeys.FORGET_AFTER.check(forgetAfterMs);
    }
}

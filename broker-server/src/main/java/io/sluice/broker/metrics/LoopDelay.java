package io.sluice.broker.metrics;

/**
 * How late one event loop comes to what is due, at one moment.
 *
 * @param loop {@code loop-} and a number
 * @param lastNs the last time, or by how much it is late now if that is more
 * @param maxNs the most within about ten seconds
 * @param delays all since the start, two a second
 */
public record LoopDelay(String loop, long lastNs, long maxNs, DelaySnapshot delays) {}

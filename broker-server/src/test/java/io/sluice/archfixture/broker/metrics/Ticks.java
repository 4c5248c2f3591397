package io.sluice.archfixture.broker.metrics;

/** Breaks nothing. */
public final class Ticks {
    public long count;
}

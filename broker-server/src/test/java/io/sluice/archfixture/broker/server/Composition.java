package io.sluice.archfixture.broker.server;

import io.sluice.archfixture.broker.metrics.Ticks;

/** Breaks nothing: the composition root may use all. */
public final class Composition {
    Ticks ticks = new Ticks();
}

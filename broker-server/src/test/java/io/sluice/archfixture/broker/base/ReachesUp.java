package io.sluice.archfixture.broker.base;

import io.sluice.archfixture.broker.server.Composition;

/** Breaks the table: nothing below the composition root may know it. */
public final class ReachesUp {
    Composition[] roots = {};
}

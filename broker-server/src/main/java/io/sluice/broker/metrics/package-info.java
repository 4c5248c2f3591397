/** Counters the data path bumps and nobody has to poll. */
@NullMarked
package io.sluice.broker.metrics;

import org.jspecify.annotations.NullMarked;

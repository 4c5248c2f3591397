/** Ownership annotations, clocks, sizes and durations. */
@NullMarked
package io.sluice.broker.base;

import org.jspecify.annotations.NullMarked;

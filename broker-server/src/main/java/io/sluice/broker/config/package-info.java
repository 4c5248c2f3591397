/** Immutable settings, read and checked once, each error naming its key. */
@NullMarked
package io.sluice.broker.config;

import org.jspecify.annotations.NullMarked;

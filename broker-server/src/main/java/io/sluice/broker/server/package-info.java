/** The composition root: the only package that knows all others; starts in order, stops in reverse. */
@NullMarked
package io.sluice.broker.server;

import org.jspecify.annotations.NullMarked;

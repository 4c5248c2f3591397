/** The bounded send queue of one subscriber, and what happens when it is full. */
@NullMarked
package io.sluice.broker.delivery;

import org.jspecify.annotations.NullMarked;

/** The load itself: connections that publish and subscribe, what they send, and what arrived of it. */
@NullMarked
package io.sluice.loadtest.generator;

import org.jspecify.annotations.NullMarked;

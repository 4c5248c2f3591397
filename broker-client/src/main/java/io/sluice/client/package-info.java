/**
 * The client library: {@link io.sluice.client.SluiceClient} publishes and subscribes, reconnects by itself, and counts what
 * became of what was published.
 */
@NullMarked
package io.sluice.client;

import org.jspecify.annotations.NullMarked;

/** Accepts sockets, finds the protocol from the first bytes, owns reading, writing and flushing of one connection. */
@NullMarked
package io.sluice.broker.transport;

import org.jspecify.annotations.NullMarked;

/** The native wire format: frames ⇄ bytes. No sockets, no broker. */
@NullMarked
package io.sluice.protocol;

import org.jspecify.annotations.NullMarked;

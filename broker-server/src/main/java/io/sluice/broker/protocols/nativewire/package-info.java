/** The native protocol: frames ⇄ session calls. */
@NullMarked
package io.sluice.broker.protocols.nativewire;

import org.jspecify.annotations.NullMarked;

/** What a message and a batch are, and how a destination is named. */
@NullMarked
package io.sluice.broker.message;

import org.jspecify.annotations.NullMarked;

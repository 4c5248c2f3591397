/** One client from connect to disconnect. */
@NullMarked
package io.sluice.broker.session;

import org.jspecify.annotations.NullMarked;

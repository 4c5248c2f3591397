/** The wire formats that brokers are driven with. They never know each other. */
@NullMarked
package io.sluice.loadtest.wire;

import org.jspecify.annotations.NullMarked;

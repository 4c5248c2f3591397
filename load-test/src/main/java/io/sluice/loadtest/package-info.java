/** Load scenarios against a broker, as a command: what they ask for, what they print. */
@NullMarked
package io.sluice.loadtest;

import org.jspecify.annotations.NullMarked;

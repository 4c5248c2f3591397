/** The commands of the {@code sluice} tool that talk to a broker: {@code listen} and {@code send}. */
@NullMarked
package io.sluice.cli;

import org.jspecify.annotations.NullMarked;

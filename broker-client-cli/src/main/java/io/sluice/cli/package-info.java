/**
 * The commands of the {@code sluice} tool that talk to a broker: {@code listen} and {@code send} as its clients do,
 * {@code top}, {@code check}, {@code drain} and {@code reload} over its admin listener.
 */
@NullMarked
package io.sluice.cli;

import org.jspecify.annotations.NullMarked;

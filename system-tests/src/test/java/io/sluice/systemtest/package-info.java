/** The broker as its users run it: a process of its own, spoken to over sockets. */
@NullMarked
package io.sluice.systemtest;

import org.jspecify.annotations.NullMarked;

/** What an operator can see and do: HTTP, console, metrics. */
@NullMarked
package io.sluice.broker.admin;

import org.jspecify.annotations.NullMarked;

/** Event loops, and how their connections are read. */
@NullMarked
package io.sluice.loadtest.net;

import org.jspecify.annotations.NullMarked;

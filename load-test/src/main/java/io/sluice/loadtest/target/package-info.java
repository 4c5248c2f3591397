/** What the load goes to: processes to start, and what they use of the machine. */
@NullMarked
package io.sluice.loadtest.target;

import org.jspecify.annotations.NullMarked;

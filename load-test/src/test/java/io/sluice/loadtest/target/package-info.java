/** Tests of what is measured. */
@NullMarked
package io.sluice.loadtest.target;

import org.jspecify.annotations.NullMarked;

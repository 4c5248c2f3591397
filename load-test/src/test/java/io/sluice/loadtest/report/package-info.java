/** Tests of reports. */
@NullMarked
package io.sluice.loadtest.report;

import org.jspecify.annotations.NullMarked;

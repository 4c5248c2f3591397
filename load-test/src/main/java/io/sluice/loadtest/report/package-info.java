/** What was measured, and how it is shown: as JSON, as a page, as a table. */
@NullMarked
package io.sluice.loadtest.report;

import org.jspecify.annotations.NullMarked;

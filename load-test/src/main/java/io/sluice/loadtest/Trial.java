package io.sluice.loadtest;

import io.sluice.loadtest.report.Report.Run;

/** What is done to a target when it has its turn. */
interface Trial {
    Run run(Turn turn) throws InterruptedException;
}

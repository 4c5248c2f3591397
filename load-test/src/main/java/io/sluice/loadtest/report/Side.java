package io.sluice.loadtest.report;

import io.sluice.loadtest.report.Report.Run;

/** What a row compares: a target, and one of its variants where a scenario has two. */
public record Side(String target, String variant) {
    /** The target that does nothing but pass on: what this machine can do. */
    public static final String LIMIT = "limit";

    public static final String CONTROL = "control";
    public static final String SLOW = "slow";

    public static Side of(Run run) {
        return new Side(run.target(), run.variant());
    }

    /** "sluice", or "sluice slow": what ratios and tables call it. */
    public String label() {
        return variant.isEmpty() ? target : target + " " + variant;
    }

    public boolean isLimit() {
        return target.equals(LIMIT);
    }
}

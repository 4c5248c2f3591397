package io.sluice.cli;

import java.util.Locale;

/** How well a broker does, in the words of Nagios; the order is that of the exit codes. */
enum CheckState {
    OK,
    WARNING,
    CRITICAL,
    UNKNOWN;

    int exitCode() {
        return ordinal();
    }

    /** In lower case. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The one that somebody must act on sooner. */
    CheckState orWorse(CheckState other) {
        if (this == CRITICAL || other == CRITICAL) {
            return CRITICAL;
        }
        return compareTo(other) >= 0 ? this : other;
    }
}

package io.sluice.broker.admin;

import java.util.Locale;

/** Whether clients should come to a broker. */
public enum Readiness {
    /** Its port is not open yet. */
    STARTING,
    READY,
    DRAINING,
    ABOVE_MEMORY_BOUND;

    /** As it stands in answers. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

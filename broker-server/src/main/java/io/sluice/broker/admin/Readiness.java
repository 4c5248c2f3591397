package io.sluice.broker.admin;

import java.util.Locale;

/** Whether clients should come to a broker. One that starts does not answer yet. */
public enum Readiness {
    READY,
    DRAINING,
    ABOVE_MEMORY_BOUND;

    /** As it stands in answers. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

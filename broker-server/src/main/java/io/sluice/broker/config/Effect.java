package io.sluice.broker.config;

import java.util.Locale;

/** What it takes for a changed setting to be in force in a broker that runs. */
public enum Effect {
    /** A reload, at once and for everybody. */
    LIVE,
    /** A reload, for connections that are accepted from then on. */
    NEW_CONNECTIONS,
    /** Another start; a reload leaves the value as it is. */
    RESTART;

    /** In words, as tools show it: {@code live}, {@code new connections}, {@code restart}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}

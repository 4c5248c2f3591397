package io.sluice.cli;

/** What comes first in {@code sluice top}; {@code --sort} takes the names in lower case. */
enum TopSort {
    BACKLOG("backlog", "backlog"),
    AGE("age", "age"),
    LOST("drops", "lost"),
    RATE("rate", "backlog"),
    NAME("name", "opened");

    private final String ofDestinations;
    private final String ofConnections;

    TopSort(String ofDestinations, String ofConnections) {
        this.ofDestinations = ofDestinations;
        this.ofConnections = ofConnections;
    }

    /** What the broker calls it. */
    String ofDestinations() {
        return ofDestinations;
    }

    /** What the broker calls the nearest that connections know. */
    String ofConnections() {
        return ofConnections;
    }

    TopSort next() {
        return values()[(ordinal() + 1) % values().length];
    }
}

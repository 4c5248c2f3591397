package io.sluice.broker.config;

import io.sluice.broker.base.Shown;

/**
 * Where a value came from.
 *
 * @param name the file as it was given, or the variable; empty otherwise
 * @param line in the file, counted from 1; 0 for the file as a whole and for everything else
 */
record Origin(Place place, String name, int line) {

    /** In the order in which problems are reported. */
    enum Place {
        FILE,
        ENVIRONMENT,
        FLAG,
        CALL,
        DEFAULT
    }

    static final Origin DEFAULT = new Origin(Place.DEFAULT, "", 0);
    static final Origin FLAG = new Origin(Place.FLAG, "", 0);

    /** Given by the program that embeds the broker. */
    static final Origin CALL = new Origin(Place.CALL, "", 0);

    static Origin file(String name, int line) {
        return new Origin(Place.FILE, name, line);
    }

    static Origin environment(String variable) {
        return new Origin(Place.ENVIRONMENT, variable, 0);
    }

    /** How the printed configuration says it. */
    String describe() {
        return switch (place) {
            case FILE -> "file " + Shown.whole(name) + " line " + line;
            case ENVIRONMENT -> "environment " + Shown.text(name);
            case FLAG -> "flag --set";
            case CALL -> "program";
            case DEFAULT -> "default";
        };
    }

    /** How a problem begins. */
    String prefix() {
        return switch (place) {
            case FILE -> Shown.whole(name) + (line == 0 ? ": " : ":" + line + ": ");
            case ENVIRONMENT -> Shown.text(name) + ": ";
            case FLAG -> "--set ";
            case CALL, DEFAULT -> "";
        };
    }

    Origin atLine(int otherLine) {
        return place == Place.FILE ? new Origin(place, name, otherLine) : this;
    }
}

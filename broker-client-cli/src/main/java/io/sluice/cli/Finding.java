package io.sluice.cli;

/**
 * One thing about a broker that was looked at.
 *
 * @param name what it is, as in {@code slow_subscribers}
 * @param unit of the value: {@code percent}, {@code seconds}, {@code per_second}, or empty for a plain number
 * @param text what there is to say to a person
 */
record Finding(String name, CheckState state, double value, String unit, Threshold threshold, String text) {
    /** A figure, judged by a threshold. */
    static Finding of(String name, double value, String unit, Threshold threshold, String text) {
        return new Finding(name, threshold.stateOf(value), value, unit, threshold, text);
    }

    /** Something that is so (1) or is not (0). */
    static Finding of(String name, boolean fine, CheckState otherwise, String text) {
        return new Finding(name, fine ? CheckState.OK : otherwise, fine ? 1 : 0, "", Threshold.NEVER, text);
    }
}

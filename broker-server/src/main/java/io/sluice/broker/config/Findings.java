package io.sluice.broker.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The problems found so far, with their places. Keeps the first {@value #MAX} and counts the rest. */
final class Findings {
    static final int MAX = 100;

    private record Finding(Origin origin, String text) {}

    private final List<Finding> findings = new ArrayList<>();
    private int more;

    void add(Origin origin, String text) {
        if (isFull()) {
            more++;
        } else {
            findings.add(new Finding(origin, text));
        }
    }

    /** Whether a further one is only counted, so that its text need not be made. */
    boolean isFull() {
        return findings.size() >= MAX;
    }

    boolean isEmpty() {
        return findings.isEmpty();
    }

    /** All of them: the file's by line, then those of the environment, of flags, of the program. */
    ConfigException toException() {
        List<String> problems = new ArrayList<>(findings.stream()
                .sorted(Comparator.<Finding, Origin.Place>comparing(
                                f -> f.origin().place())
                        .thenComparingInt(f -> f.origin().line()))
                .map(f -> f.origin().prefix() + f.text())
                .toList());
        if (more > 0) {
            problems.add(more + " more problems are not shown");
        }
        return ConfigException.located(problems);
    }
}

package io.sluice.broker.config;

/** Text that is no YAML, or uses a part of it that a configuration has no use for. */
final class YamlFault extends Exception {
    private static final long serialVersionUID = 1L;

    private final int line;

    YamlFault(int line, String message) {
        super(message);
        this.line = line;
    }

    /** The line, counted from 1. */
    int line() {
        return line;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}

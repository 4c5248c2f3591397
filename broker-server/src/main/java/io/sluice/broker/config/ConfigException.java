package io.sluice.broker.config;

import java.util.List;

/**
 * A configuration that cannot be used. Says everything that was found wrong at once, one problem a line, each naming its
 * key and, where it came from a file, file and line.
 *
 * <p>Text that came from a file, a variable or a flag is escaped and cut in it, so it may be logged and shown as it is.
 */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;
    private final transient List<Problem> details;

    private ConfigException(List<String> problems, List<Problem> details) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
        this.details = List.copyOf(details);
    }

    /**
     * One problem with one key, for checks that only the owner of a setting can make.
     *
     * @param key the dotted key, for example {@code memory.max}
     * @param text what was found and what is allowed
     */
    public static ConfigException of(String key, String text) {
        return of(List.of(Problem.of(key, text)));
    }

    static ConfigException of(List<Problem> details) {
        return new ConfigException(details.stream().map(Problem::toString).toList(), details);
    }

    static ConfigException located(List<String> problems) {
        return new ConfigException(problems, List.of());
    }

    /** Every problem found, at least one; those of a file in the order of its lines. */
    public List<String> problems() {
        return problems;
    }

    /** The same problems before it was known where the values came from. */
    List<Problem> details() {
        return details;
    }
}

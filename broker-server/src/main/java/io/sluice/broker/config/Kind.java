package io.sluice.broker.config;

/** What values a key takes, and how they are written. */
interface Kind<T> {

    /**
     * Reads a value and checks it.
     *
     * @throws IllegalArgumentException if it is not allowed; the message has what was found, fit to be shown, and why not
     */
    T parse(String text);

    /** Checks a value; throws as {@link #parse}. */
    void check(T value);

    /** Writes a value as YAML on one line, so that it reads as the same value again. */
    String print(T value);

    /** The values that are allowed, as the end of "must be …". */
    String allowed();
}

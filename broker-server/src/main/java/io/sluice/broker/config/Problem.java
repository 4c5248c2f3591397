package io.sluice.broker.config;

import io.sluice.broker.base.Shown;

/**
 * What is wrong with one value.
 *
 * @param key the dotted key
 * @param rule the position of the overflow rule, from 1, or 0 if it is about the key as a whole
 * @param part the setting inside the rule, or empty
 * @param otherKey the key the value does not go together with, or empty
 * @param text what was found and what is allowed
 */
record Problem(String key, int rule, String part, String otherKey, String text) {

    static Problem of(String key, String text) {
        return new Problem(key, 0, "", "", text);
    }

    /** A value that is fine alone and wrong beside that of {@code otherKey}. */
    static Problem between(String key, String otherKey, String text) {
        return new Problem(key, 0, "", otherKey, text);
    }

    static Problem inRule(int rule, String part, String text) {
        return new Problem(ConfigKeys.OVERFLOW_NAME, rule, part, "", text);
    }

    /** The key with rule and part, as messages show it. */
    String path() {
        StringBuilder path = new StringBuilder(key);
        if (rule > 0) {
            path.append(": rule ").append(rule);
        }
        if (!part.isEmpty()) {
            path.append(": ").append(Shown.text(part));
        }
        return path.toString();
    }

    @Override
    public String toString() {
        return path() + ": " + text;
    }
}

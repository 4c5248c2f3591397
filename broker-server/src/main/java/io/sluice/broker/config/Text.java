package io.sluice.broker.config;

import io.sluice.broker.base.Shown;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Free text that a rule of its own may narrow down. */
final class Text implements Kind<String> {
    private final String allowed;
    private final Consumer<String> rule;

    /**
     * Text of a certain form.
     *
     * @param allowed what it has to be
     * @param rule throws {@link IllegalArgumentException}, saying why, if it is not
     */
    Text(String allowed, Consumer<String> rule) {
        this.allowed = allowed;
        this.rule = rule;
    }

    @Override
    public String parse(String text) {
        check(text);
        return text;
    }

    @Override
    public void check(String value) {
        try {
            rule.accept(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(Shown.text(value) + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String print(String value) {
        return YamlText.of(value);
    }

    @Override
    public String allowed() {
        return allowed;
    }

    static void hostName(String value) {
        if (value.isEmpty() || value.length() > 255 || value.chars().anyMatch(Text::isNotOfAName)) {
            throw new IllegalArgumentException("must be a host name or address");
        }
    }

    static void hostNames(String value) {
        names(value).forEach(Text::hostName);
    }

    /** The names in a text, which are separated by commas and perhaps blanks. */
    static Stream<String> names(String value) {
        return Stream.of(value.split(",", -1)).map(String::strip).filter(name -> !name.isEmpty());
    }

    static void filePath(String value) {
        if (value.length() > 4096 || hasNoPlaceInAPath(value)) {
            throw new IllegalArgumentException("must be a path of at most 4096 characters");
        }
    }

    static void policyName(String value) {
        if (value.length() > 64 || !value.chars().allMatch(Text::isOfAPolicyName)) {
            throw new IllegalArgumentException("a policy's name is of lower-case letters, digits and dashes");
        }
    }

    private static boolean isOfAPolicyName(int c) {
        return c == '-' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
    }

    private static boolean isNotOfAName(int c) {
        return c <= ' ' || c >= 0x7f;
    }

    private static boolean hasNoPlaceInAPath(String value) {
        return value.chars().anyMatch(Character::isISOControl)
                || !StandardCharsets.UTF_8.newEncoder().canEncode(value);
    }
}

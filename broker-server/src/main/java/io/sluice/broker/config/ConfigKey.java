package io.sluice.broker.config;

import java.util.List;

/**
 * One setting: what it is called, what it takes, what it is when nobody sets it, and what it does.
 *
 * <p>Either of the whole configuration, then the name is the dotted path, or of one overflow rule.
 */
final class ConfigKey<T> {
    private final String name;
    private final boolean inRule;
    private final Kind<T> kind;
    private final T defaultValue;
    private final String sentence;
    private final Effect effect;

    private ConfigKey(String name, boolean inRule, Kind<T> kind, T defaultValue, String sentence, Effect effect) {
        this.name = name;
        this.inRule = inRule;
        this.kind = kind;
        this.defaultValue = defaultValue;
        this.sentence = sentence;
        this.effect = effect;
    }

    static <T> ConfigKey<T> of(String name, Kind<T> kind, T defaultValue, String sentence) {
        return new ConfigKey<>(name, false, kind, defaultValue, sentence, Effect.LIVE);
    }

    static <T> ConfigKey<T> inRule(String name, Kind<T> kind, T defaultValue, String sentence) {
        return new ConfigKey<>(name, true, kind, defaultValue, sentence, Effect.LIVE);
    }

    String name() {
        return name;
    }

    T defaultValue() {
        return defaultValue;
    }

    /** What it does, with a full stop. */
    String sentence() {
        return sentence;
    }

    /** What it takes for a change to be in force. */
    Effect effect() {
        return effect;
    }

    /** The same key, of which a change is in force otherwise than at once. */
    ConfigKey<T> takingEffect(Effect other) {
        return new ConfigKey<>(name, inRule, kind, defaultValue, sentence, other);
    }

    String allowed() {
        return kind.allowed();
    }

    String print(T value) {
        return kind.print(value);
    }

    /** Throws {@link ConfigException} naming this key if the value is not allowed. */
    void check(T value) {
        try {
            kind.check(value);
        } catch (IllegalArgumentException e) {
            throw refusal(String.valueOf(e.getMessage()));
        }
    }

    /** The value as the file has it; throws {@link ConfigException} naming this key if it is not allowed. */
    T read(YamlNode node) {
        try {
            if (kind instanceof NodeKind<T> nodeKind) {
                return nodeKind.read(node);
            }
            if (node instanceof YamlNode.Scalar scalar) {
                return kind.parse(scalar.text());
            }
        } catch (IllegalArgumentException e) {
            throw refusal(String.valueOf(e.getMessage()));
        }
        throw refusal("found " + node.noun() + "; must be " + kind.allowed());
    }

    Problem problem(String text) {
        return inRule ? Problem.inRule(0, name, text) : Problem.of(name, text);
    }

    /** One problem with a value of this key, which its kind alone does not see. */
    ConfigException refusal(String text) {
        return ConfigException.of(List.of(problem(text)));
    }
}

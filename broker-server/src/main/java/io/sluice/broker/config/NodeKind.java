package io.sluice.broker.config;

/** A kind whose values are more than one piece of text. */
interface NodeKind<T> extends Kind<T> {

    /** Reads a value and checks it; throws {@link ConfigException} with everything that is wrong with it. */
    T read(YamlNode node);
}

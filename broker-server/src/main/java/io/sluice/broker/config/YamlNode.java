package io.sluice.broker.config;

import io.sluice.broker.base.Shown;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A YAML document as it was written: nothing resolved, everything with its line, counted from 1. */
sealed interface YamlNode {

    int line();

    /** What it is, for "found …". */
    String noun();

    /** Whether nothing is written here, so that a section or a list may be taken as empty. */
    default boolean isNothing() {
        return false;
    }

    /**
     * Text, quoted or not.
     *
     * @param text empty where nothing is written, also as {@code ~} or {@code null}
     */
    record Scalar(int line, String text, boolean isNothing) implements YamlNode {
        @Override
        public String noun() {
            return Shown.text(text);
        }
    }

    record Items(int line, List<YamlNode> items) implements YamlNode {
        @Override
        public String noun() {
            return "a list";
        }
    }

    /** Names with values, in the order written, the same name perhaps more than once. */
    record Entries(int line, List<Entry> entries) implements YamlNode {
        @Override
        public String noun() {
            return "a mapping";
        }

        /** The last entry of this name. */
        @Nullable
        Entry last(String name) {
            Entry last = null;
            for (Entry entry : entries) {
                if (entry.name().equals(name)) {
                    last = entry;
                }
            }
            return last;
        }
    }

    record Entry(int line, String name, YamlNode value) {}
}

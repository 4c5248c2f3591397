package io.sluice.broker.config;

import java.util.ArrayList;
import java.util.List;

/**
 * One setting that differs between two configurations.
 *
 * @param key the dotted key
 * @param from its value before, as in a file
 * @param to its value after
 * @param effect what it takes for the change to be in force
 */
public record ConfigChange(String key, String from, String to, Effect effect) {

    /** What differs, in the order of the reference file. */
    public static List<ConfigChange> between(BrokerConfig before, BrokerConfig after) {
        ConfigValues from = ConfigValues.of(before);
        ConfigValues to = ConfigValues.of(after);
        List<ConfigChange> changes = new ArrayList<>();
        for (ConfigKey<?> key : ConfigKeys.all()) {
            addIfChanged(key, from, to, changes);
        }
        return List.copyOf(changes);
    }

    private static <T> void addIfChanged(
            ConfigKey<T> key, ConfigValues from, ConfigValues to, List<ConfigChange> changes) {
        if (!from.get(key).equals(to.get(key))) {
            changes.add(new ConfigChange(key.name(), key.print(from.get(key)), key.print(to.get(key)), key.effect()));
        }
    }
}

package io.sluice.broker.config;

import java.util.ArrayList;
import java.util.List;

/**
 * One setting as it is, for tools and pages that list all.
 *
 * @param key the dotted key
 * @param value as in a file
 * @param defaultValue as in a file
 * @param origin where the value came from; see {@link LoadedConfig#origins()}
 * @param effect what it takes for a change to be in force
 * @param sentence what it does
 */
public record ConfigSetting(
        String key, String value, String defaultValue, String origin, Effect effect, String sentence) {

    /** All settings, in the order of the reference file. */
    public static List<ConfigSetting> all(LoadedConfig loaded) {
        ConfigValues values = ConfigValues.of(loaded.config());
        List<ConfigSetting> settings = new ArrayList<>();
        for (ConfigKey<?> key : ConfigKeys.all()) {
            settings.add(of(key, values, loaded.origins().getOrDefault(key.name(), Origin.DEFAULT.describe())));
        }
        return List.copyOf(settings);
    }

    private static <T> ConfigSetting of(ConfigKey<T> key, ConfigValues values, String origin) {
        return new ConfigSetting(
                key.name(),
                key.print(values.get(key)),
                key.print(key.defaultValue()),
                origin,
                key.effect(),
                key.sentence());
    }
}

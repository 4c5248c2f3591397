package io.sluice.broker.config;

import java.util.List;

/** Prints a configuration as YAML that loads as the same configuration, each key with where its value came from. */
public final class ConfigPrinter {
    private ConfigPrinter() {}

    /** The configuration in the order of the reference file, ending with a line end. */
    public static String print(LoadedConfig loaded) {
        ConfigValues values = ConfigValues.of(loaded.config());
        SectionWriter writer = new SectionWriter();
        writer.line("# The effective configuration.");
        for (ConfigKey<?> key : ConfigKeys.all()) {
            String name = writer.enter(key.name());
            String comment = "  # " + loaded.origins().getOrDefault(key.name(), Origin.DEFAULT.describe());
            if (key == ConfigKeys.OVERFLOW && !loaded.config().overflow().isEmpty()) {
                printRules(name, comment, loaded.config().overflow(), writer);
            } else {
                writer.line(name + ": " + printed(key, values) + comment);
            }
        }
        return writer.toString();
    }

    private static void printRules(String name, String comment, List<OverflowRule> rules, SectionWriter writer) {
        writer.line(name + ":" + comment);
        for (OverflowRule rule : rules) {
            writer.line("  - " + OverflowRules.print(rule));
        }
    }

    private static <T> String printed(ConfigKey<T> key, ConfigValues values) {
        return key.print(values.get(key));
    }
}

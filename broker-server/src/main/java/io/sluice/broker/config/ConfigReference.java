package io.sluice.broker.config;

/** Writes the reference file: every key at its default, with what it does and which values it takes. */
public final class ConfigReference {
    private static final int WIDTH = 100;

    private static final String HEADER = """
            # The configuration of the Sluice broker: every key, at its default. Keep only what you change.
            #
            # A value comes from the first of these that has it:
            #   1. the command line: --set listen.port=25001
            #   2. the environment: SLUICE_CONF_ and the key in upper case, with _ for dots and dashes:
            #      SLUICE_CONF_DELIVERY_SEND_QUEUE_MAX_BYTES="128 MiB"
            #   3. this file
            #   4. the default
            # Values in flags and variables are written as here. A flag or a variable sets delivery.overflow as a
            # whole: '[{pattern: "/topic/**", policy: latest}]'.
            #
            # Sizes need a unit: B, KiB, MiB, GiB, or kB, MB, GB for powers of 1000. Durations too: ms, s, m, h.
            # A bound in bytes must hold the largest frame: native.max-frame and the 4 bytes of its length.
            #
            # A broker reads all of this again on SIGHUP. Unless said below, a change is in force at once, for whoever is
            # connected too; `sluice config diff FILE` tells beforehand. If anything is wrong, nothing changes.
            """;

    private static final String[] RULES = {
        "A rule has a pattern, and what differs for the destinations it matches:",
        "",
        "In a pattern, * stands for one segment and ** at the end for the rest, which may be nothing:",
        "/topic/*/eu, /queue/**. Policies: drop-newest (default of topics), drop-oldest, latest,",
        "disconnect (topics only), push-back (default of queues). A rule that an earlier one covers is",
        "refused.",
        "",
        "overflow:",
        "  - {pattern: \"/topic/prices/*\", policy: latest}",
        "  - {pattern: \"/topic/**\", policy: drop-oldest, max-bytes: 32 MiB, max-age: 10 s}",
        "  - {pattern: \"/queue/orders/**\", max-bytes: 1 GiB, max-messages: 5000000}",
    };

    private ConfigReference() {}

    /** The text of {@code config/sluice.yaml}. */
    public static String text() {
        SectionWriter writer = new SectionWriter();
        for (ConfigKey<?> key : ConfigKeys.all()) {
            String name = writer.enter(key.name());
            describe(key, writer);
            if (key == ConfigKeys.OVERFLOW) {
                describeRules(writer);
            }
            writer.line(name + ": " + printedDefault(key));
        }
        return HEADER + writer;
    }

    private static void describe(ConfigKey<?> key, SectionWriter writer) {
        comment(key.sentence(), "", writer);
        comment("Takes " + key.allowed() + "." + effect(key.effect()), "", writer);
    }

    private static String effect(Effect effect) {
        return switch (effect) {
            case LIVE -> "";
            case NEW_CONNECTIONS -> " A change is for new connections.";
            case RESTART -> " A change needs a restart.";
        };
    }

    private static void describeRules(SectionWriter writer) {
        for (String line : RULES) {
            if (line.isEmpty()) {
                writer.line("#");
            } else {
                writer.line("# " + line);
            }
            if (line.endsWith("matches:")) {
                OverflowRules.PARTS.forEach(part ->
                        comment(part.name() + ": " + part.sentence() + " Takes " + part.allowed() + ".", "  ", writer));
            }
        }
    }

    /** The text as comment lines, broken between words. */
    private static void comment(String text, String indent, SectionWriter writer) {
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (line.length() + word.length() >= WIDTH) {
                writer.line("# " + indent + line);
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        writer.line("# " + indent + line);
    }

    private static <T> String printedDefault(ConfigKey<T> key) {
        return key.print(key.defaultValue());
    }
}

package io.sluice.loadtest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

/**
 * How fast a broker must be at least: a share of what was recorded last.
 *
 * @param recorded median ratios to the relay, by the key of the check
 */
record GuardLimits(Map<String, Double> recorded) {
    /** What machines and moments differ by. */
    private static final double SHARE = 0.6;

    private static final String FILE = "guard.properties";

    GuardLimits {
        recorded = Map.copyOf(recorded);
    }

    /** Those that came with this version. */
    static GuardLimits committed() {
        Properties properties = new Properties();
        try (InputStream in = Objects.requireNonNull(GuardLimits.class.getResourceAsStream(FILE))) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, Double> recorded = new HashMap<>();
        properties.stringPropertyNames().forEach(key -> recorded.put(key, Double.valueOf(properties.getProperty(key))));
        return new GuardLimits(recorded);
    }

    /** The least ratio that is good; NaN where none was recorded. */
    double of(String key) {
        return SHARE * recorded.getOrDefault(key, Double.NaN);
    }
}

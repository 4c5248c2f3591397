package io.sluice.broker.config;

/**
 * The file that statistics are written to.
 *
 * @param file its path; empty for none
 * @param intervalMs time between two samples, 100 ms to 1 h
 */
public record StatsConfig(String file, long intervalMs) {
    public StatsConfig {
        ConfigKeys.STATS_FILE.check(file);
        ConfigKeys.STATS_INTERVAL.check(intervalMs);
    }
}

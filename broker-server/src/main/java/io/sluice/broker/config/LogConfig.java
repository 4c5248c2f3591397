package io.sluice.broker.config;

/**
 * What is logged.
 *
 * @param level {@code error}, {@code warn}, {@code info} or {@code debug}
 */
public record LogConfig(String level) {
    public LogConfig {
        ConfigKeys.LOG_LEVEL.check(level);
    }
}

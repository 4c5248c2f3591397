package io.sluice.broker.config;

/**
 * What is logged.
 *
 * @param level {@code error}, {@code warn}, {@code info} or {@code debug}
 * @param format {@code text}, or {@code json}: an object a line
 */
public record LogConfig(String level, String format) {
    public LogConfig {
        ConfigKeys.LOG_LEVEL.check(level);
        ConfigKeys.LOG_FORMAT.check(format);
    }
}

package io.sluice.broker.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;

/** What is logged from which level on, where Logback does the logging. */
final class LogLevels {
    private LogLevels() {}

    /** The loggers with a level of their own. */
    static Map<String, String> all() {
        Map<String, String> levels = new TreeMap<>();
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            for (Logger logger : context.getLoggerList()) {
                Level level = logger.getLevel();
                if (level != null) {
                    levels.put(logger.getName(), level.toString().toLowerCase(Locale.ROOT));
                }
            }
        }
        return levels;
    }

    /** Gives a logger a level; false if there is none of this name: one would be made for each name that is asked for. */
    static boolean set(String name, String level) {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return false;
        }
        Logger logger = context.exists(name);
        if (logger == null) {
            return false;
        }
        logger.setLevel(Level.toLevel(level));
        return true;
    }
}

package io.sluice.broker.server;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import io.sluice.broker.config.LogConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the daemon's log goes: to standard output, on a thread of its own, so that an output nobody reads holds up no
 * event loop; lines that find its buffer full are left out. Own Logback configuration files have precedence.
 */
final class Logging {
    private static final int BUFFERED_LINES = 8192;

    /** Writes what is logged; null while the log is set up by other means. */
    private static volatile @Nullable ConsoleAppender<ILoggingEvent> console;

    private Logging() {}

    static void configure(LogConfig config) {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (System.getProperty("logback.configurationFile") != null || !(factory instanceof LoggerContext context)) {
            return;
        }
        context.reset();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setEncoder(encoder(config.format(), context));
        appender.start();
        AsyncAppender async = new AsyncAppender();
        async.setContext(context);
        async.setQueueSize(BUFFERED_LINES);
        async.setDiscardingThreshold(0);
        async.setNeverBlock(true);
        async.addAppender(appender);
        async.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(config.level()));
        root.addAppender(async);
        // What libraries tell at these levels is for their own developers.
        context.getLogger("io.netty").setLevel(Level.WARN);
        console = appender;
    }

    /** Logs as configured from now on, where the log was set up by {@link #configure}. */
    static void change(LogConfig config) {
        ConsoleAppender<ILoggingEvent> appender = console;
        if (appender == null || !(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return;
        }
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.toLevel(config.level()));
        // The one before is not stopped: a line may be in the middle of it, and it holds nothing.
        appender.setEncoder(encoder(config.format(), context));
    }

    private static Encoder<ILoggingEvent> encoder(String format, LoggerContext context) {
        Encoder<ILoggingEvent> encoder = format.equals("json") ? json() : text();
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }

    private static Encoder<ILoggingEvent> text() {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0}: %msg%n%ex");
        return encoder;
    }

    /** One object a line, with what the text has: time in milliseconds since 1970, level, logger, message, stack trace. */
    private static Encoder<ILoggingEvent> json() {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setWithFormattedMessage(true);
        encoder.setWithMessage(false);
        encoder.setWithArguments(false);
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithContext(false);
        encoder.setWithMarkers(false);
        encoder.setWithMDC(false);
        encoder.setWithKVPList(false);
        return encoder;
    }

    /** Writes out what is buffered. */
    static void flush() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.stop();
        }
    }
}

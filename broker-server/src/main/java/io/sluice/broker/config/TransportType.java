package io.sluice.broker.config;

import java.util.Locale;

/** How sockets are served. */
public enum TransportType {
    /** epoll where it is available, else NIO. */
    AUTO,
    /** Linux epoll, refused at start where it is not available. */
    EPOLL,
    /** The JDK's selector: every platform. */
    NIO,
    /** Linux io_uring; falls back where the kernel or the container forbids it. */
    IO_URING;

    /** The name in a configuration: {@code auto}, {@code epoll}, {@code nio}, {@code io_uring}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static TransportType of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}

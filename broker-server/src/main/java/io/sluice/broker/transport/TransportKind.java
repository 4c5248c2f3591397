package io.sluice.broker.transport;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.util.internal.PlatformDependent;
import io.sluice.broker.config.TransportType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How sockets are waited for and read: epoll where there is one, NIO elsewhere, io_uring when asked for. */
public enum TransportKind {
    EPOLL,
    NIO,
    IO_URING;

    private static final Logger LOG = LoggerFactory.getLogger(TransportKind.class);

    /** What is used for a wish; says so, in one line, when the wish cannot be granted. */
    public static TransportKind choose(TransportType wish) {
        switch (wish) {
            case NIO:
                return NIO;
            case IO_URING:
                if (IoUring.isAvailable()) {
                    return IO_URING;
                }
                LOG.warn(
                        "io_uring is not to be had here ({}): using epoll or NIO",
                        because(IoUring.unavailabilityCause()));
                break;
            case EPOLL:
                if (!Epoll.isAvailable()) {
                    LOG.warn("epoll is not to be had here ({}): using NIO", because(Epoll.unavailabilityCause()));
                }
                break;
            case AUTO:
                // Elsewhere nobody expects it.
                if (!Epoll.isAvailable() && PlatformDependent.normalizedOs().equals("linux")) {
                    LOG.warn("epoll is not to be had here ({}): using NIO", because(Epoll.unavailabilityCause()));
                }
                break;
            default:
                break;
        }
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    private static String because(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    /** Makes what an event loop waits with. */
    public IoHandlerFactory ioHandlers() {
        return switch (this) {
            case EPOLL -> EpollIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
            case IO_URING -> IoUringIoHandler.newFactory();
        };
    }

    /** The listening socket for it. */
    public Class<? extends ServerChannel> serverChannel() {
        return switch (this) {
            case EPOLL -> EpollServerSocketChannel.class;
            case NIO -> NioServerSocketChannel.class;
            case IO_URING -> IoUringServerSocketChannel.class;
        };
    }

    /** Whether bytes are read at once into the buffer that was asked for, so that one may serve all connections of a loop. */
    boolean readsAtOnce() {
        return this != IO_URING;
    }

    /** As it stands in logs. */
    public String text() {
        return switch (this) {
            case EPOLL -> "epoll";
            case NIO -> "nio";
            case IO_URING -> "io_uring";
        };
    }
}

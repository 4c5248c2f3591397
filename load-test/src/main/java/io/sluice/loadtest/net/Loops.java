package io.sluice.loadtest.net;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Event loops and the sockets that fit them: epoll where there is one, NIO elsewhere. */
public final class Loops {
    private Loops() {}

    /** A group of one loop, in a daemon thread that begins with {@code name}, whose timers are exact. */
    public static EventLoopGroup single(String name) {
        IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(name, true), io);
        group.next().execute(Loops::makeTimersExact);
        return group;
    }

    public static Class<? extends SocketChannel> clientChannel() {
        return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    public static Class<? extends ServerChannel> serverChannel() {
        return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    /**
     * Takes from the calling thread the slack of 50 µs that Linux grants itself when it wakes a thread: intended times
     * would be missed by as much. Elsewhere, and where it is not allowed, nothing happens.
     */
    private static void makeTimersExact() {
        Path self = Path.of("/proc/thread-self");
        try {
            // The link says PID/task/TID. A thread may change its own slack under /proc/TID only.
            String thread = Files.readSymbolicLink(self).getFileName().toString();
            Files.writeString(Path.of("/proc", thread, "timerslack_ns"), "1");
        } catch (IOException | UnsupportedOperationException e) {
            // Timers stay as exact as the system likes; the lag of sending shows it.
            return;
        }
    }
}

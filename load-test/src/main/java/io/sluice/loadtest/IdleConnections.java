package io.sluice.loadtest;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.sluice.loadtest.target.Target;
import io.sluice.loadtest.wire.WireException;
import io.sluice.loadtest.wire.WireFormat;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Many subscribers of one topic on one event loop, which only count. {@link #open} and the rest belong to the thread that made
 * it; what arrives is counted on the loop.
 */
final class IdleConnections implements AutoCloseable {
    /** So many are connecting at a time, fewer than a listener's backlog. */
    private static final int CONNECTING = 64;

    private static final int CONNECT_MS = 10_000;

    /** A client address has some 28,000 ports by default; beyond that, further addresses of the loopback network are used. */
    private static final int PER_LOOPBACK_ADDRESS = 25_000;

    private final Target target;
    private final int count;
    private final InetSocketAddress remote;
    private final MultiThreadIoEventLoopGroup group;
    private final Bootstrap bootstrap;
    private final AtomicInteger ready = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    /** How many got the current broadcast, and which that is. */
    private final AtomicInteger reached = new AtomicInteger();

    private volatile long round;
    private volatile boolean closing;
    private volatile String firstFailure = "";

    /** @param count how many there will be */
    IdleConnections(Target target, String name, String destination, int count) throws UnknownHostException {
        this.target = target;
        this.count = count;
        InetSocketAddress address = target.address();
        this.remote = new InetSocketAddress(InetAddress.getByName(address.getHostString()), address.getPort());
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.group = new MultiThreadIoEventLoopGroup(1, io);
        AtomicInteger ids = new AtomicInteger();
        this.bootstrap = new Bootstrap()
                .group(group)
                .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MS)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new Counter(name + "-" + ids.incrementAndGet(), destination));
                    }
                });
    }

    /** Connects and subscribes; returns when all have, or have failed. */
    void open() throws InterruptedException {
        Semaphore connecting = new Semaphore(CONNECTING);
        for (int i = 0; i < count; i++) {
            connecting.acquire();
            connect(i).addListener(done -> {
                connecting.release();
                if (!done.isSuccess()) {
                    fail("cannot connect: " + done.cause().getMessage());
                    closed.incrementAndGet();
                }
            });
        }
        connecting.acquire(CONNECTING);
        if (target.wire().confirms()) {
            boolean unused = await(ready, TimeUnit.MILLISECONDS.toNanos(CONNECT_MS));
        }
    }

    /** Begins a new broadcast: what comes from now on counts for it if it carries this number. */
    void expect(long number) {
        reached.set(0);
        round = number;
    }

    /** Waits until all got it; false if they did not in time, or connections broke meanwhile. */
    boolean awaitReached(long timeoutNs) throws InterruptedException {
        return await(reached, timeoutNs);
    }

    int reached() {
        return reached.get();
    }

    /** How many could not connect or were closed by the other side. */
    int closedByOthers() {
        return closed.get();
    }

    String firstFailure() {
        return firstFailure;
    }

    @Override
    public void close() {
        closing = true;
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private ChannelFuture connect(int number) throws InterruptedException {
        if (!remote.getAddress().isLoopbackAddress() || remote.getAddress().getAddress().length != 4) {
            return bootstrap.connect(remote);
        }
        int host = 1 + number / PER_LOOPBACK_ADDRESS;
        return bootstrap.connect(remote, new InetSocketAddress("127.0.0." + host, 0));
    }

    private synchronized boolean await(AtomicInteger counter, long timeoutNs) throws InterruptedException {
        long deadlineNs = System.nanoTime() + timeoutNs;
        while (counter.get() < count && closed.get() == 0) {
            long leftNs = deadlineNs - System.nanoTime();
            if (leftNs <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(leftNs, 1_000_000));
        }
        return counter.get() >= count;
    }

    private synchronized void changed() {
        notifyAll();
    }

    private synchronized void fail(String why) {
        if (firstFailure.isEmpty()) {
            firstFailure = why;
        }
        notifyAll();
    }

    /** Of one connection. */
    private final class Counter extends ChannelInboundHandlerAdapter implements WireFormat.Sink {
        private final String id;
        private final String destination;
        private final WireFormat.Inbound inbound = target.wire().newInbound(true);
        private Channel channel;
        /** The unfinished part of a message, which is rare. */
        private @Nullable ByteBuf unread;

        @SuppressWarnings("NullAway.Init") // the channel comes with the first event
        Counter(String id, String destination) {
            this.id = id;
            this.destination = destination;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            channel = context.channel();
            ByteBuf opening = context.alloc().buffer();
            target.wire().openSubscriber(opening, id, destination, false);
            context.writeAndFlush(opening, context.voidPromise());
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws WireException {
            ByteBuf in = (ByteBuf) message;
            if (unread != null) {
                unread.writeBytes(in);
                in.release();
                in = unread;
            }
            unread = in;
            inbound.decode(in, this);
            if (!in.isReadable()) {
                forget();
            }
        }

        private void forget() {
            if (unread != null) {
                unread.release();
                unread = null;
            }
        }

        @Override
        public void onPayload(ByteBuf buffer, int index, int length) {
            if (length >= Long.BYTES && buffer.getLong(index) == round && reached.incrementAndGet() == count) {
                changed();
            }
        }

        @Override
        public void onReady() {
            if (ready.incrementAndGet() == count) {
                changed();
            }
        }

        @Override
        public void reply(ByteBuf bytes) {
            channel.writeAndFlush(bytes, channel.voidPromise());
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            forget();
            if (!closing) {
                closed.incrementAndGet();
                fail("a connection was closed");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            fail(String.valueOf(cause.getMessage()));
            context.close();
        }
    }
}

package io.sluice.broker.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.config.ListenConfig;
import io.sluice.broker.config.TransportConfig;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.LoopDelay;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/** The port: owns the event loops, accepts connections up to the bound and gives each a {@link Connection}. */
@AnyThread
public final class Listener {
    /** Few: NIO holds that many before the first is looked at. */
    private static final int ACCEPTS_IN_A_ROW = 4;

    private static final int KEEP_ALIVE_IDLE_S = 60;
    private static final int KEEP_ALIVE_INTERVAL_S = 15;
    private static final int KEEP_ALIVE_PROBES = 4;

    private volatile TransportConfig config;
    private final TransportKind kind;
    private final Connections connections;
    private final List<WireProtocol> protocols;
    private final BrokerCounters counters;
    private final CloseLog closeLog;
    private final Runnable onAllocationFailed;
    private final NanoClock clock;
    private final MultiThreadIoEventLoopGroup loops;
    private final Map<EventExecutor, LoopTicker> tickers = new ConcurrentHashMap<>();
    private volatile @Nullable Channel serverChannel;

    /**
     * Makes the event loops; {@link #bind} opens the port.
     *
     * @param onAllocationFailed makes room when there was no direct memory for what a client sent
     */
    public Listener(
            TransportConfig config,
            TransportKind kind,
            Connections connections,
            List<WireProtocol> protocols,
            BrokerCounters counters,
            CloseLog closeLog,
            Runnable onAllocationFailed,
            NanoClock clock) {
        this.config = config;
        this.kind = kind;
        this.connections = connections;
        this.protocols = protocols;
        this.counters = counters;
        this.closeLog = closeLog;
        this.onAllocationFailed = onAllocationFailed;
        this.clock = clock;
        this.loops = new MultiThreadIoEventLoopGroup(
                loopCount(config), new DefaultThreadFactory("sluice-loop", true), kind.ioHandlers());
        for (EventExecutor loop : loops) {
            tickers.put(loop, new LoopTicker((EventLoop) loop, clock));
        }
    }

    /**
     * One loop for two cores, up to eight, unless configured: the other half of the work is the kernel's, and what talks
     * to the broker on the same machine. Two loops on two cores moved no more and took twice the CPU time for a lone message.
     */
    public static int loopCount(TransportConfig config) {
        int cores = Runtime.getRuntime().availableProcessors();
        return config.eventLoops() > 0 ? config.eventLoops() : Math.min(8, (cores + 1) / 2);
    }

    /**
     * Opens the port.
     *
     * @return the address it is open at
     * @throws Exception what the operating system says: address in use, permission denied, unknown address
     */
    public InetSocketAddress bind(ListenConfig listen, ByteBufAllocator allocator) throws Exception {
        RecvByteBufAllocator readBuffers =
                kind.readsAtOnce() ? new SharedReadBuffer(config.readBytes()) : new AdaptiveRecvByteBufAllocator();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(kind.serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, listen.backlog())
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new ServerChannelRecvByteBufAllocator().maxMessagesPerRead(ACCEPTS_IN_A_ROW))
                .handler(new Admission(connections, counters, closeLog))
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, readBuffers)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel);
                    }
                });
        setKeepAlive(bootstrap);
        Channel bound = bootstrap
                .bind(new InetSocketAddress(listen.host(), listen.port()))
                .sync()
                .channel();
        serverChannel = bound;
        return (InetSocketAddress) bound.localAddress();
    }

    /** An idle client whose machine is gone is noticed within two minutes, and not after the two hours of the default. */
    private void setKeepAlive(ServerBootstrap bootstrap) {
        if (kind == TransportKind.EPOLL) {
            bootstrap
                    .childOption(EpollChannelOption.TCP_KEEPIDLE, KEEP_ALIVE_IDLE_S)
                    .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEP_ALIVE_INTERVAL_S)
                    .childOption(EpollChannelOption.TCP_KEEPCNT, KEEP_ALIVE_PROBES);
        } else if (kind == TransportKind.IO_URING) {
            bootstrap
                    .childOption(IoUringChannelOption.TCP_KEEPIDLE, KEEP_ALIVE_IDLE_S)
                    .childOption(IoUringChannelOption.TCP_KEEPINTVL, KEEP_ALIVE_INTERVAL_S)
                    .childOption(IoUringChannelOption.TCP_KEEPCNT, KEEP_ALIVE_PROBES);
        } else {
            bootstrap
                    .childOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), KEEP_ALIVE_IDLE_S)
                    .childOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), KEEP_ALIVE_INTERVAL_S)
                    .childOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), KEEP_ALIVE_PROBES);
        }
    }

    private static void setBuffers(Channel channel, TransportConfig config) {
        if (config.sendBufferBytes() > 0) {
            SocketOptions.set(channel, ChannelOption.SO_SNDBUF, config.sendBufferBytes());
        }
        if (config.receiveBufferBytes() > 0) {
            SocketOptions.set(channel, ChannelOption.SO_RCVBUF, config.receiveBufferBytes());
        }
    }

    private void accept(Channel channel) {
        TransportConfig current = config;
        setBuffers(channel, current);
        Connection connection = new Connection(channel, connections.nextId(), kind, clock, current, closeLog, counters);
        connections.add(connection);
        LoopTicker ticker = tickers.get(channel.eventLoop());
        if (ticker == null) {
            throw new IllegalStateException("not one of this listener's loops: " + channel.eventLoop());
        }
        ticker.add(connection);
        channel.pipeline()
                .addLast(
                        new ProtocolDetector(connection, protocols),
                        new ConnectionTail(connection, connections, ticker, onAllocationFailed));
    }

    public Connections connections() {
        return connections;
    }

    /**
     * Changes settings: those for new connections from now on, and all connections that are open are told, each by its own
     * loop. Returns when they have been; a loop that does not answer for {@code atMostMs} is not waited for. After
     * {@link #close} it throws {@link java.util.concurrent.RejectedExecutionException}.
     */
    public void reload(TransportConfig changed, long atMostMs) {
        config = changed;
        // One that is being accepted meanwhile is accepted on its own loop: either before this, or with the new
        // settings.
        List<Future<?>> told = new ArrayList<>();
        tickers.forEach((loop, ticker) -> told.add(loop.submit(() -> ticker.takeSettings(changed))));
        told.forEach(future -> future.awaitUninterruptibly(atMostMs));
    }

    /** How late each event loop comes to what is due. */
    public List<LoopDelay> loopDelays() {
        List<LoopDelay> delays = new ArrayList<>();
        for (EventExecutor loop : loops) {
            LoopTicker ticker = tickers.get(loop);
            if (ticker != null) {
                delays.add(ticker.delay("loop-" + (delays.size() + 1)));
            }
        }
        return delays;
    }

    /**
     * Whether all event loops come to a task given to them now, within a time. Waits for it: not to be called on one of
     * them.
     */
    public boolean loopsAnswer(Duration within) throws InterruptedException {
        CountDownLatch answers = new CountDownLatch(loops.executorCount());
        try {
            for (EventExecutor loop : loops) {
                loop.execute(answers::countDown);
            }
        } catch (RejectedExecutionException e) {
            // Closed.
            return false;
        }
        return answers.await(within.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Takes no more connections; those that are open go on. */
    public void stopAccepting() {
        Channel channel = serverChannel;
        if (channel != null) {
            channel.close().awaitUninterruptibly();
        }
    }

    /** Ends the event loops, and with them whatever is still open. Waits for at most two seconds. */
    public void close() {
        stopAccepting();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}

package io.sluice.broker.admin;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.config.AdminConfig;
import io.sluice.broker.config.ConfigException;
import io.sluice.broker.transport.Addresses;
import io.sluice.broker.transport.TransportKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin listener: HTTP/1.1 on one event loop of its own, so that nothing an operator asks for is on the way of a
 * message. What it takes of the broker is bounded: connections, bytes of a request, time for it, and answers not taken.
 */
@AnyThread
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("io.sluice.admin");
    private static final int BACKLOG = 128;
    private static final long OBSERVED_EVERY_MS = 1000;

    private final MultiThreadIoEventLoopGroup loop;
    private final Workers workers;
    private final Channel serverChannel;
    private final AdminContext context;
    private final AdminToken token;
    private final Path usualTokenFile;
    private final boolean open;
    private final AtomicBoolean closed = new AtomicBoolean();

    private AdminServer(
            MultiThreadIoEventLoopGroup loop,
            Workers workers,
            Channel serverChannel,
            AdminContext context,
            AdminToken token,
            Path usualTokenFile,
            boolean open) {
        this.loop = loop;
        this.workers = workers;
        this.serverChannel = serverChannel;
        this.context = context;
        this.token = token;
        this.usualTokenFile = usualTokenFile;
        this.open = open;
    }

    /**
     * Opens the listener.
     *
     * @param usualTokenFile where the token is if {@code admin.token-file} is not set
     * @param port in the place of {@link AdminConfig#AUTO_PORT}
     * @throws ConfigException when others than this machine could ask, and there is no token
     * @throws Exception what the operating system says: address in use, permission denied, unknown address
     */
    public static AdminServer open(
            AdminConfig config,
            int port,
            Path usualTokenFile,
            TransportKind transport,
            BrokerView broker,
            DaemonControl daemon)
            throws Exception {
        boolean loopback = InetAddress.getByName(config.host()).isLoopbackAddress();
        AdminToken token = new AdminToken(token(config, usualTokenFile, loopback, !loopback), InstantSource.system());
        MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("sluice-admin", true), transport.ioHandlers());
        Workers workers = new Workers();
        try {
            Observer observer = new Observer(broker, NanoClock.SYSTEM);
            MetricsEndpoint metrics = new MetricsEndpoint(observer, config.metricsSeries());
            Router router = new Router(routes(broker, daemon, token, observer, metrics));
            AdminContext context = new AdminContext(config, token, loopback, router, metrics, workers::of);
            Channel channel = bootstrap(loop, transport, context)
                    .bind(new InetSocketAddress(config.host(), port))
                    .sync()
                    .channel();
            loop.next().scheduleAtFixedRate(() -> observe(observer), 0, OBSERVED_EVERY_MS, TimeUnit.MILLISECONDS);
            return new AdminServer(loop, workers, channel, context, token, usualTokenFile, loopback);
        } catch (Exception e) {
            workers.close();
            loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
            throw e;
        }
    }

    /**
     * Finds out whether there is a token where there must be one; makes none.
     *
     * @throws ConfigException if there is not
     * @throws UnknownHostException if it could not listen there
     */
    public static void check(AdminConfig config) throws UnknownHostException {
        if (config.enabled() && !InetAddress.getByName(config.host()).isLoopbackAddress()) {
            String unused = token(config, Path.of(""), false, true);
        }
    }

    /** All there is to ask for. */
    static List<Route> routes(
            BrokerView broker, DaemonControl daemon, AdminToken token, Observer observer, MetricsEndpoint metrics) {
        List<Route> routes = new ArrayList<>(new Health(broker).routes());
        routes.addAll(metrics.routes());
        routes.addAll(new ReadApi(broker, observer).routes());
        routes.addAll(new ChangeApi(broker).routes());
        routes.addAll(new MessagesApi(broker).routes());
        routes.addAll(new DaemonApi(broker, daemon).routes());
        routes.addAll(new EventsApi(broker, observer).routes());
        routes.addAll(new LoginApi(token).routes());
        routes.addAll(OpenApi.routes());
        routes.addAll(ConsoleFiles.routes());
        return routes;
    }

    private static void observe(Observer observer) {
        try {
            observer.tick();
        } catch (RuntimeException | Error e) {
            LOG.error("looking at the broker failed, and will be tried again", e);
        }
    }

    /** @param needed whether there must be a token; else it is empty if it cannot be had */
    private static String token(AdminConfig config, Path usualTokenFile, boolean loopback, boolean needed) {
        Path file = config.tokenFile().isEmpty() ? usualTokenFile : Path.of(config.tokenFile());
        try {
            if (loopback) {
                return TokenFile.readOrMake(file, config.tokenFile().isEmpty());
            }
            if (config.tokenFile().isEmpty()) {
                throw noToken(
                        "admin.host is " + config.host()
                                + ", which others may reach: name a file with a token in admin.token-file, or listen on 127.0.0.1");
            }
            return TokenFile.read(file);
        } catch (IOException e) {
            String fault = "cannot take the admin token from " + file + ": " + TokenFile.because(e);
            if (needed) {
                throw noToken(fault);
            }
            LOG.warn("{}; nothing can be changed through the admin API; set admin.token-file", fault);
            return "";
        }
    }

    private static ConfigException noToken(String why) {
        return ConfigException.of("admin.token-file", why);
    }

    private static ServerBootstrap bootstrap(
            MultiThreadIoEventLoopGroup loop, TransportKind transport, AdminContext context) {
        // Chunks of 256 KiB and not of 4 MiB: little is ever under way here.
        PooledByteBufAllocator allocator = new PooledByteBufAllocator(true, 0, 1, 8192, 5, 0, 0, false);
        SecurityHeaders securityHeaders = new SecurityHeaders();
        return new ServerBootstrap()
                .group(loop)
                .channel(transport.serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(32 << 10, 64 << 10))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (!context.clients().enter(channel)) {
                            channel.close();
                            return;
                        }
                        channel.closeFuture()
                                .addListener(closed -> context.clients().leave(channel));
                        Deadlines deadlines = new Deadlines(context.clients());
                        channel.pipeline()
                                .addLast(
                                        deadlines,
                                        new HttpResponseEncoder(),
                                        securityHeaders,
                                        new StrictRequestDecoder(),
                                        new BodyAggregator(),
                                        new FlowControlHandler(),
                                        new RequestHandler(context, deadlines));
                    }
                });
    }

    /**
     * Finds out whether other settings will do; nothing has changed yet.
     *
     * @param next the address in it does not count
     * @return makes the change, soon
     * @throws ConfigException when there must be a token, or is one so far, and none can be had
     */
    public Runnable prepare(AdminConfig next) {
        // Whoever has a token must not lose it by a file that is broken; where there is none, the broker runs without.
        String text = token(next, usualTokenFile, open, !open || token.exists());
        return () -> loop.next().execute(() -> context.change(next, text));
    }

    /** Where it listens; the port is the real one. */
    public InetSocketAddress address() {
        return (InetSocketAddress) serverChannel.localAddress();
    }

    /** The address as a link. */
    public String url() {
        return "http://" + Addresses.text(address()) + "/";
    }

    /** Ends the listener and all its connections. Waits for at most two seconds. May be called twice. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        serverChannel.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
        workers.close();
        loop.next().execute(context::close);
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}

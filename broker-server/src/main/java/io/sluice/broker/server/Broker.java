package io.sluice.broker.server;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.base.PinnedMemory;
import io.sluice.broker.base.Shown;
import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.config.ConfigException;
import io.sluice.broker.config.DescriptorLimit;
import io.sluice.broker.config.ListenConfig;
import io.sluice.broker.config.MemoryBounds;
import io.sluice.broker.config.MemoryLimit;
import io.sluice.broker.delivery.OverflowPolicies;
import io.sluice.broker.destination.Destination;
import io.sluice.broker.destination.DestinationRegistry;
import io.sluice.broker.destination.DestinationSnapshot;
import io.sluice.broker.destination.MemoryPushBack;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.protocols.nativewire.NativeProtocol;
import io.sluice.broker.session.DeliveryRules;
import io.sluice.broker.session.SessionContext;
import io.sluice.broker.session.Sessions;
import io.sluice.broker.transport.CloseLog;
import io.sluice.broker.transport.Connections;
import io.sluice.broker.transport.Listener;
import io.sluice.broker.transport.TransportKind;
import io.sluice.broker.transport.WireProtocol;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;

/**
 * A broker in this JVM. Several may run side by side; none installs signal handlers or touches the logging set-up. All its
 * threads are daemons: the JVM ends when the application does, broker or not.
 *
 * <pre>{@code
 * try (Broker broker = Broker.start(BrokerConfig.defaults().with("listen.port", "0"))) {
 *     connectTo(broker.address());
 * }
 * }</pre>
 */
@AnyThread
public final class Broker implements AutoCloseable {
    private static final int FEWEST_DESCRIPTORS = 64;

    private final BrokerConfig config;
    private final MemoryBounds memoryBounds;
    private final BrokerCounters counters = new BrokerCounters();
    private final PinnedMemory memory;
    private final Sessions sessions;
    private final Connections connections;
    private final DestinationRegistry destinations;
    private final TransportKind transport;
    private final Listener listener;
    private final MemoryPushBack memoryPushBack;
    private final Housekeeping housekeeping;
    private final Drain drain;
    private final InetSocketAddress address;
    private boolean closed;

    private Broker(BrokerConfig config) {
        NanoClock clock = NanoClock.SYSTEM;
        this.config = config;
        this.memoryBounds = memoryBounds(config);
        this.memory = new PinnedMemory(memoryBounds.maxBytes(), maxBatches());
        this.sessions = new Sessions(memory, clock);
        memory.onFull(sessions::relieveMemory);
        this.connections = new Connections(maxConnections(config));
        DeliveryRules rules = deliveryRules(config);
        this.destinations = new DestinationRegistry(
                config.destinations().max(),
                config.destinations().forgetAfterMs() * 1_000_000,
                rules::forQueue,
                clock,
                counters);
        this.memoryPushBack = new MemoryPushBack(memory, clock, counters, sessions::relieveForQueues);
        ByteBufAllocator allocator = allocator(Listener.loopCount(config.transport()));
        SessionContext context = new SessionContext(
                destinations,
                rules,
                memory,
                memoryPushBack,
                counters,
                sessions,
                allocator,
                config.transport(),
                config.shutdown().drainTimeoutMs(),
                clock);
        List<WireProtocol> protocols = List.of(new NativeProtocol(config.nativeWire(), context));
        CloseLog closeLog = new CloseLog(clock);
        this.transport = TransportKind.choose(config.transport().type());
        this.listener = new Listener(
                config.transport(),
                transport,
                connections,
                protocols,
                counters,
                closeLog,
                () -> sessions.relieveMemory(memory.maxBytes() / 10),
                clock);
        this.address = bind(listener, config.listen(), allocator);
        this.housekeeping = new Housekeeping(destinations, memoryPushBack, closeLog);
        this.drain = new Drain(sessions, connections, destinations, clock);
    }

    /**
     * Starts a broker; when this returns, clients can connect.
     *
     * @throws BrokerStartException when the operating system does not let it: port taken, no permission, too few
     *     descriptors
     * @throws io.sluice.broker.config.ConfigException when the settings do not fit this machine or name a policy that does
     *     not exist
     */
    public static Broker start(BrokerConfig config) {
        return new Broker(config);
    }

    private static MemoryBounds memoryBounds(BrokerConfig config) {
        MemoryLimit limit = MemoryLimit.detect();
        MemoryBounds bounds = MemoryBounds.resolve(
                config.memory(), limit.bytes(), limit.origin(), PlatformDependent.maxDirectMemory());
        bounds.checkHolds(config.nativeWire());
        return bounds;
    }

    /** As many as fill half of the heap. */
    private static long maxBatches() {
        return Math.max(1000, Runtime.getRuntime().maxMemory() / 2 / MessageBatch.HEAP_BYTES);
    }

    private static int maxConnections(BrokerConfig config) {
        DescriptorLimit limit = DescriptorLimit.detect();
        if (limit.soft() < FEWEST_DESCRIPTORS) {
            throw new BrokerStartException("this process may open " + limit.soft() + " descriptors, at least "
                    + FEWEST_DESCRIPTORS + " are needed; raise the limit (ulimit -n)");
        }
        return limit.maxConnections(config.connections());
    }

    private static DeliveryRules deliveryRules(BrokerConfig config) {
        config.overflow().stream()
                .map(rule -> rule.policy())
                .filter(policy -> !policy.isEmpty() && !OverflowPolicies.names().contains(policy))
                .findFirst()
                .ifPresent(policy -> {
                    throw ConfigException.of(
                            "delivery.overflow",
                            "policy " + Shown.text(policy) + " is unknown; must be one of " + OverflowPolicies.names());
                });
        return new DeliveryRules(config.sendQueue(), config.queues(), config.overflow());
    }

    /** Pooled, with one arena per loop: few threads allocate, and what they allocate is mostly direct. */
    private static ByteBufAllocator allocator(int loops) {
        return new PooledByteBufAllocator(true, 0, loops, 8192, 9, 256, 64, true);
    }

    private static InetSocketAddress bind(Listener listener, ListenConfig listen, ByteBufAllocator allocator) {
        try {
            return listener.bind(listen, allocator);
        } catch (Exception e) {
            listener.close();
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw BindFault.explained(listen, e);
        }
    }

    /** Where it listens; the port is the real one when 0 was configured. */
    public InetSocketAddress address() {
        return address;
    }

    public BrokerConfig config() {
        return config;
    }

    /** The bound of all memory kept alive by queued messages, and where it comes from. */
    public MemoryBounds memoryBounds() {
        return memoryBounds;
    }

    /** Epoll, NIO or io_uring. */
    public TransportKind transport() {
        return transport;
    }

    /** How many batches of messages may wait at once, for what each takes of the heap. */
    public long maxWaitingBatches() {
        return memory.maxBatches();
    }

    /** How many clients may be connected at once. */
    public int maxConnections() {
        return connections.max();
    }

    /** What has been counted, and how everything stands now. */
    public BrokerSnapshot counters() {
        long waitingMessages = 0;
        long waitingBytes = 0;
        int waitingPublishers = memoryPushBack.waitingPublishers();
        for (Destination destination : destinations.all()) {
            DestinationSnapshot snapshot = destination.snapshot();
            waitingMessages += snapshot.waitingMessages();
            waitingBytes += snapshot.waitingBytes();
            waitingPublishers += snapshot.waitingPublishers();
        }
        return new BrokerSnapshot(
                Instant.now(),
                counters.totals(),
                connections.open(),
                destinations.all().size(),
                waitingMessages,
                waitingBytes,
                waitingPublishers,
                memory.bytes(),
                memory.maxBytes(),
                sessions.subscribers());
    }

    /** Runs something again and again on the broker's housekeeping thread. */
    void every(long periodMs, Runnable task) {
        housekeeping.every(periodMs, task);
    }

    /**
     * Stops: no new connections, publishers are no longer read, what is queued for subscribers that read is delivered
     * within the drain timeout, connections end in good order. May be called twice; never throws.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        listener.stopAccepting();
        drain.run(config.shutdown().drainTimeoutMs());
        housekeeping.close();
        listener.close();
        // What nobody took: without this the allocator would find it leaked.
        destinations.all().forEach(destination -> destination.purge(DropReason.SHUTDOWN));
    }
}

package io.sluice.broker.server;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.base.PinnedMemory;
import io.sluice.broker.base.Shown;
import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.config.ConfigChange;
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
import io.sluice.broker.session.LiveSettings;
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
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

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

    /** An event loop that does not answer for so long is told of changed settings when it does. */
    private static final long RELOAD_MS = 5000;

    private final Object reloading = new Object();
    private volatile BrokerConfig config;
    private volatile MemoryBounds memoryBounds;
    private final LiveSettings settings;
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
    private final LameDuck lameDuck;
    private final InetSocketAddress address;
    private boolean closed;
    private volatile boolean stopping;

    private Broker(BrokerConfig config) {
        NanoClock clock = NanoClock.SYSTEM;
        this.config = config;
        this.memoryBounds = memoryBounds(config);
        this.memory = new PinnedMemory(memoryBounds.maxBytes(), maxBatches());
        this.sessions = new Sessions(memory, clock);
        memory.onFull(sessions::relieveMemory);
        this.connections = new Connections(maxConnections(config));
        this.settings = new LiveSettings(liveValues(config, deliveryRules(config)));
        this.destinations = new DestinationRegistry(
                config.destinations().max(),
                config.destinations().forgetAfterMs() * 1_000_000,
                name -> settings.values().rules().forQueue(name),
                clock,
                counters);
        this.memoryPushBack = new MemoryPushBack(memory, clock, counters, sessions::relieveForQueues);
        ByteBufAllocator allocator = allocator(Listener.loopCount(config.transport()));
        SessionContext context = new SessionContext(
                destinations, settings, memory, memoryPushBack, counters, sessions, allocator, clock);
        List<WireProtocol> protocols = List.of(new NativeProtocol(context));
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
        this.lameDuck = new LameDuck(listener, sessions, destinations, clock);
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

    private static LiveSettings.Values liveValues(BrokerConfig config, DeliveryRules rules) {
        return new LiveSettings.Values(
                rules,
                config.transport(),
                config.nativeWire(),
                config.shutdown().drainTimeoutMs());
    }

    /** Those in force if they say the same: then no subscriber need look for its own. */
    private DeliveryRules changedRules(BrokerConfig next) {
        boolean same = next.sendQueue().equals(config.sendQueue())
                && next.queues().equals(config.queues())
                && next.overflow().equals(config.overflow());
        return same ? settings.values().rules() : deliveryRules(next);
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

    /** What is in force. */
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

    /**
     * Takes over another configuration while it runs, for connections, queues and subscribers that are there too: as a whole,
     * or not at all. When this returns, it is in force; a thread of its own must call it, not an event loop.
     *
     * <p>A change is for what is offered after it. What a lowered bound leaves no room for is dropped as the policy has it;
     * publishers go on that need wait no longer. Connections, destinations and messages that are above a lowered limit stay.
     * Settings that need a restart stay as they are, and are in the report. {@code stats} and {@code log} are the daemon's.
     *
     * @return what differs from the configuration so far, in the order of the reference file
     * @throws ConfigException when the settings do not fit this machine or name a policy that does not exist: then nothing
     *     has changed
     * @throws IllegalStateException when the broker is stopping
     */
    public List<ConfigChange> reload(BrokerConfig wanted) {
        synchronized (reloading) {
            if (stopping) {
                throw new IllegalStateException("the broker is stopping");
            }
            BrokerConfig next = config.reloaded(wanted);
            MemoryBounds nextBounds = memoryBounds(next);
            int nextConnections = maxConnections(next);
            LiveSettings.Values nextValues = liveValues(next, changedRules(next));
            // All is known to be good: from here on nothing is refused.
            List<ConfigChange> changes = ConfigChange.between(config, wanted);
            config = next;
            memoryBounds = nextBounds;
            settings.change(nextValues);
            connections.setMax(nextConnections);
            destinations.reload(next.destinations().max(), next.destinations().forgetAfterMs() * 1_000_000);
            listener.reload(next.transport(), RELOAD_MS);
            memory.setMaxBytes(nextBounds.maxBytes());
            return changes;
        }
    }

    /**
     * Begins to let all clients go, without hurry: from now on no new connections are taken; clients that only publish are
     * read until they have sent nothing for a second, then closed; then subscribers leave, spread over a time, each when it
     * was sent what is held for it. Whoever called this calls {@link #close} when it is done. A second call changes nothing.
     *
     * @return complete when all have gone or their time was over, or the broker was closed; never with an error
     */
    public CompletionStage<Void> drain(DrainPlan plan) {
        return lameDuck.start(plan);
    }

    /** What {@link #drain} returns, whoever calls it and when. */
    public CompletionStage<Void> drained() {
        return lameDuck.done();
    }

    /** Whether it lets its clients go, by {@link #drain} or {@link #close}: whoever balances load sends nobody here. */
    public boolean isDraining() {
        return stopping || lameDuck.hasStarted();
    }

    /** Runs something again and again on the broker's housekeeping thread. */
    Future<?> every(long periodMs, Runnable task) {
        return housekeeping.every(periodMs, task);
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
        synchronized (reloading) {
            stopping = true;
        }
        lameDuck.stop();
        listener.stopAccepting();
        drain.run(config.shutdown().drainTimeoutMs());
        housekeeping.close();
        listener.close();
        // What nobody took: without this the allocator would find it leaked.
        destinations.all().forEach(destination -> destination.purge(DropReason.SHUTDOWN));
    }
}

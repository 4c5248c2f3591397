package io.sluice.broker.server;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocatorMetric;
import io.netty.util.internal.PlatformDependent;
import io.sluice.broker.admin.AdminServer;
import io.sluice.broker.admin.BrokerStatus;
import io.sluice.broker.admin.DaemonControl;
import io.sluice.broker.admin.Readiness;
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
import io.sluice.broker.delivery.SlowLines;
import io.sluice.broker.delivery.Watch;
import io.sluice.broker.destination.Destination;
import io.sluice.broker.destination.DestinationRegistry;
import io.sluice.broker.destination.DestinationSnapshot;
import io.sluice.broker.destination.MemoryPushBack;
import io.sluice.broker.destination.Publication;
import io.sluice.broker.destination.QueueNews;
import io.sluice.broker.message.DestinationKind;
import io.sluice.broker.message.DestinationName;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.message.MessageCopy;
import io.sluice.broker.message.PageStore;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.ConnectionSnapshot;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.metrics.LoopDelay;
import io.sluice.broker.metrics.SlowEpisode;
import io.sluice.broker.protocols.nativewire.NativeProtocol;
import io.sluice.broker.session.DeliveryRules;
import io.sluice.broker.session.LiveSettings;
import io.sluice.broker.session.SessionContext;
import io.sluice.broker.session.Sessions;
import io.sluice.broker.transport.CloseLog;
import io.sluice.broker.transport.Connection;
import io.sluice.broker.transport.Connections;
import io.sluice.broker.transport.Listener;
import io.sluice.broker.transport.TransportKind;
import io.sluice.broker.transport.WireProtocol;
import io.sluice.protocol.DestinationNames;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

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
    private final PageStore pages;
    private final Listener listener;
    private final MemoryPushBack memoryPushBack;
    private final Housekeeping housekeeping;
    private final Drain drain;
    private final LameDuck lameDuck;
    private final PooledByteBufAllocator allocator;
    private final Instant started = Instant.now();
    private final Watches watches;
    private final OperatorPublisher operator;
    private volatile @Nullable InetSocketAddress address;
    private volatile @Nullable AdminServer admin;
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
        this.transport = TransportKind.choose(config.transport().type());
        this.pages = transport == TransportKind.EPOLL
                ? PageStore.inMemory(config.transport().pageFiles())
                : PageStore.none();
        this.destinations = new DestinationRegistry(
                config.destinations().max(),
                config.destinations().forgetAfterMs() * 1_000_000,
                name -> settings.values().rules().forQueue(name),
                clock,
                counters,
                pages);
        this.memoryPushBack = new MemoryPushBack(memory, clock, counters, sessions::relieveForQueues);
        this.allocator = allocator(Listener.loopCount(config.transport()));
        SlowLines slowLines = new SlowLines(clock);
        SessionContext context = new SessionContext(
                destinations, settings, memory, memoryPushBack, counters, sessions, slowLines, allocator, clock);
        List<WireProtocol> protocols = List.of(new NativeProtocol(context));
        CloseLog closeLog = new CloseLog(clock);
        this.listener = new Listener(
                config.transport(),
                transport,
                connections,
                protocols,
                counters,
                closeLog,
                () -> sessions.relieveMemory(memory.maxBytes() / 10),
                clock);
        this.housekeeping = new Housekeeping(destinations, memoryPushBack, closeLog, slowLines);
        this.drain = new Drain(sessions, connections, destinations, clock);
        this.lameDuck = new LameDuck(listener, sessions, destinations, clock);
        this.watches = new Watches(destinations, clock);
        this.operator = new OperatorPublisher(destinations, memory, counters, allocator, clock);
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
        Broker broker = prepare(config);
        broker.listen();
        return broker;
    }

    /** A broker that no client can reach before {@link #listen}, but operators can, by {@link #openAdmin}. */
    static Broker prepare(BrokerConfig config) {
        return new Broker(config);
    }

    /**
     * Opens the port for clients; to be called once.
     *
     * @throws BrokerStartException when the operating system does not let it; the broker is closed then
     */
    void listen() {
        ListenConfig listen = config.listen();
        try {
            address = listener.bind(listen, allocator);
        } catch (Exception e) {
            close();
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw BindFault.explained(listen.host(), listen.port(), "--host", "--port", e);
        }
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
    private static PooledByteBufAllocator allocator(int loops) {
        return new PooledByteBufAllocator(true, 0, loops, 8192, 9, 256, 64, true);
    }

    /** Where it listens; the port is the real one when 0 was configured. */
    public InetSocketAddress address() {
        return listening().stream()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the broker does not listen yet"));
    }

    /** All addresses it listens at for clients; none while it starts. */
    List<InetSocketAddress> listening() {
        InetSocketAddress open = address;
        return open == null ? List.of() : List.of(open);
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
        // Before anything is looked at: whoever did something before that time finds it counted.
        Instant time = Instant.now();
        long waitingMessages = 0;
        long waitingBytes = 0;
        for (Destination destination : destinations.all()) {
            DestinationSnapshot snapshot = destination.snapshot();
            waitingMessages += snapshot.waitingMessages();
            waitingBytes += snapshot.waitingBytes();
        }
        return new BrokerSnapshot(
                time,
                counters.totals(),
                connections.open(),
                destinations.all().size(),
                waitingMessages,
                waitingBytes,
                sessions.pushedBack(),
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
            Runnable nextAdmin = changedAdmin(next);
            // All is known to be good: from here on nothing is refused.
            List<ConfigChange> changes = ConfigChange.between(config, wanted);
            config = next;
            memoryBounds = nextBounds;
            settings.change(nextValues);
            connections.setMax(nextConnections);
            destinations.reload(next.destinations().max(), next.destinations().forgetAfterMs() * 1_000_000);
            pages.setMost(next.transport().pageFiles());
            listener.reload(next.transport(), RELOAD_MS);
            memory.setMaxBytes(nextBounds.maxBytes());
            nextAdmin.run();
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

    /** All open connections, in no order. */
    public List<ConnectionSnapshot> connections() {
        return connections.all().stream().map(Connection::snapshot).toList();
    }

    /** An open connection; empty if there is none of that id. */
    public Optional<ConnectionSnapshot> connection(String id) {
        return Optional.ofNullable(connections.find(id)).map(Connection::snapshot);
    }

    /** The last 10,000 connections that closed, newest first. Who was refused at connections.max is not among them. */
    public List<ConnectionSnapshot> closedConnections() {
        return connections.closed();
    }

    /**
     * The last 20 slow episodes of a subscriber, newest first; one that lasts has no end. Empty if no connection of that id is open or
     * still remembered.
     */
    public Optional<List<SlowEpisode>> slowEpisodes(String connectionId) {
        return connections.slowEpisodes(connectionId);
    }

    /** All destinations, in no order. */
    public List<DestinationSnapshot> destinations() {
        return destinations.all().stream().map(Destination::snapshot).toList();
    }

    /**
     * Closes a connection, soon; what a queue's subscriber was not sent goes back to its queue.
     *
     * @return false if there is none of that id
     */
    public boolean disconnect(String connectionId) {
        Connection connection = connections.find(connectionId);
        if (connection == null) {
            return false;
        }
        connection.close(CloseReason.ADMIN, "disconnected by an operator");
        return true;
    }

    /**
     * Drops all messages of a queue that are not assigned to a subscriber, and lets its publishers go on.
     *
     * @return how many messages; empty if there is no queue of that name
     */
    public OptionalLong purge(String queueName) {
        Destination destination = find(queueName);
        return destination != null && destination.name().kind() == DestinationKind.QUEUE
                ? OptionalLong.of(destination.purge(DropReason.PURGED))
                : OptionalLong.empty();
    }

    private @Nullable Destination find(String name) {
        DestinationName valid = nameOrNull(name);
        return valid == null ? null : destinations.find(valid);
    }

    private static @Nullable DestinationName nameOrNull(String name) {
        boolean valid = DestinationNames.problem(name.getBytes(StandardCharsets.UTF_8)) == null;
        return valid ? DestinationName.of(name) : null;
    }

    /**
     * Looks at a queue without taking anything: copies of the oldest messages that wait and are not assigned to a subscriber.
     *
     * @param max how many; at most 100
     * @return empty if there is no queue of that name
     */
    public Optional<List<MessageCopy>> peek(String queueName, int max) {
        return findQueue(queueName).map(queue -> queue.peek(max));
    }

    /**
     * Looks at what came to a queue since it was last looked at, without taking anything.
     *
     * @param arrivals what the last look gave, or {@link QueueNews#FIRST_LOOK}
     * @param max how many messages; at most 100
     * @return empty if there is no queue of that name
     */
    public Optional<QueueNews> newsSince(String queueName, long arrivals, int max) {
        return findQueue(queueName).map(queue -> queue.newsSince(arrivals, max));
    }

    private Optional<Destination> findQueue(String name) {
        Destination destination = find(name);
        return destination != null && destination.name().kind() == DestinationKind.QUEUE
                ? Optional.of(destination)
                : Optional.empty();
    }

    /**
     * Subscribes to a topic from within the broker, to look on; to be closed by the caller.
     *
     * @return empty if 64 look on already, the name is not a topic's, or it would be one destination too many
     */
    public Optional<Watch> watch(String topicName) {
        DestinationName name = nameOrNull(topicName);
        return name != null && name.kind() == DestinationKind.TOPIC ? watches.open(name) : Optional.empty();
    }

    /**
     * Publishes one message.
     *
     * @throws IllegalArgumentException if the name is invalid, or the message longer than native.max-frame allows
     */
    public Publication publish(String destinationName, byte[] payload) {
        int maxBytes = config.nativeWire().maxFrameBytes();
        if (payload.length > maxBytes) {
            throw new IllegalArgumentException(
                    "a message of " + payload.length + " bytes; native.max-frame allows " + maxBytes);
        }
        return stopping ? Publication.DROPPED : operator.publish(DestinationName.of(destinationName), payload);
    }

    /** How late each event loop comes to what is due. */
    public List<LoopDelay> loops() {
        return listener.loopDelays();
    }

    /**
     * Whether all event loops come to a task given to them now, within a time. Waits for it; returns false when it is interrupted, and
     * when the broker is closed.
     */
    public boolean eventLoopsAnswer(Duration within) {
        try {
            return listener.loopsAnswer(within);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Opens the admin listener: health, metrics, the API and the console. Closed with the broker.
     *
     * @return where it listens; empty if {@code admin.enabled} is false, or if {@code admin.port} is auto and the usual one
     *     is taken, which is logged
     * @throws BrokerStartException when the operating system does not let it, or when there must be a token and is none
     */
    public Optional<InetSocketAddress> openAdmin() {
        return openAdmin(new NoDaemon(this));
    }

    /** The same; operators can also do what the program around the broker offers. */
    public synchronized Optional<InetSocketAddress> openAdmin(DaemonControl daemon) {
        if (closed) {
            throw new IllegalStateException("the broker is closed");
        }
        if (admin == null) {
            admin = AdminStart.open(config, transport, new OperatorView(this, daemon.configFile()), daemon)
                    .orElse(null);
        }
        return Optional.ofNullable(admin).map(AdminServer::address);
    }

    private Runnable changedAdmin(BrokerConfig next) {
        AdminServer open = admin;
        return open == null ? () -> {} : open.prepare(next.admin());
    }

    /** When it was started. */
    Instant started() {
        return started;
    }

    /** What has been counted, and what of its bounds is in use. */
    BrokerStatus status() {
        PooledByteBufAllocatorMetric pool = allocator.metric();
        return new BrokerStatus(
                counters.totals(),
                connections.max(),
                memory.bytes(),
                memory.maxBytes(),
                pool.usedDirectMemory(),
                // It says -1 where it has no arenas for it.
                Math.max(0, pool.usedHeapMemory()));
    }

    /** Whether clients should come here, and if not, why. */
    public Readiness readiness() {
        if (isDraining()) {
            return Readiness.DRAINING;
        }
        if (address == null) {
            return Readiness.STARTING;
        }
        return memory.isFull() ? Readiness.ABOVE_MEMORY_BOUND : Readiness.READY;
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
        watches.close();
        listener.close();
        AdminServer open = admin;
        if (open != null) {
            // Late: whoever leads clients to brokers is told until now not to lead more to this one.
            open.close();
        }
        // What nobody took: without this the allocator would find it leaked.
        destinations.all().forEach(destination -> destination.purge(DropReason.SHUTDOWN));
        pages.close();
    }
}

package io.sluice.loadtest.generator;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.DuplexChannel;
import io.sluice.loadtest.generator.Connector.Kind;
import io.sluice.loadtest.generator.Connector.Role;
import io.sluice.loadtest.net.Loops;
import io.sluice.loadtest.net.ReadBuffer;
import io.sluice.loadtest.wire.WireFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One load from connecting to goodbye. Belongs to the thread that runs it; what the loops own is asked of them. */
final class Run implements AutoCloseable {
    private static final int READ_BYTES = 256 * 1024;
    private static final long READY_WITHIN_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long PROBE_EVERY_MS = 100;

    /** Time for a broker to read the subscriptions to queues, which nobody can probe. */
    private static final long SETTLE_MS = 300;

    private static final long LOOK_EVERY_MS = 10;
    private static final long GOODBYE_WITHIN_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long WINDOWS_LOOKED_AT_EVERY_MS = 100;

    private final Load load;
    private final int marker = ThreadLocalRandom.current().nextInt(1, Stamp.MAX_MARKER + 1);
    private final Placement placement;
    private final List<String> names;
    private final Seconds seconds;

    /** Completed with what ends the run early. */
    private final CompletableFuture<String> failure = new CompletableFuture<>();

    private final EventLoopGroup publishing = Loops.single("load-publishers");
    private final EventLoopGroup subscribing = Loops.single("load-subscribers");
    private final ReadBuffer publisherReads = new ReadBuffer(READ_BYTES, PooledByteBufAllocator.DEFAULT);
    private final ReadBuffer subscriberReads = new ReadBuffer(READ_BYTES, PooledByteBufAllocator.DEFAULT);
    private final Publications publications = new Publications();
    private final Deliveries deliveries = new Deliveries();
    private final Window[] windows;
    private final Destination[] destinations;
    private List<Subscriber> subscribers = List.of();
    private List<Subscriber> slow = List.of();
    private List<Publisher> publishers = List.of();

    Run(Load load, Progress progress) {
        this.load = load;
        placement = new Placement(load.publishers(), load.destinations());
        names = IntStream.range(0, load.destinations())
                .mapToObj(number -> load.wire().destination(load.name(), number, load.queue()))
                .toList();
        seconds = new Seconds(load, progress);
        boolean windowed = load.rate() == 0 && load.window() > 0 && load.subscribers() > 0;
        windows = new Window[windowed ? load.publishers() : 0];
        for (int i = 0; i < windows.length; i++) {
            int number = i;
            windows[i] =
                    new Window(load.window(), load.queue(), () -> publishing.execute(publishers.get(number)::pump));
        }
        destinations = IntStream.range(0, load.destinations())
                .mapToObj(this::newDestination)
                .toArray(Destination[]::new);
    }

    private Destination newDestination(int number) {
        return load.queue()
                ? new QueueDestination(marker, placement, number, windows)
                : new TopicDestination(marker, placement, number, windows);
    }

    /** Opens all connections and waits until all subscriptions hold. */
    void connect() throws InterruptedException {
        Map<Integer, Tape> tapes = recordTapes();
        Connector connector = new Connector(load, failure);
        subscribers = connector.open(
                subscribing, subscriberReads, load.subscribers(), Role.SUBSCRIBER, new Subscribers(false));
        slow = connector.open(
                subscribing, subscriberReads, load.slow().size(), Role.SLOW_SUBSCRIBER, new Subscribers(true));
        publishers =
                connector.open(publishing, publisherReads, load.publishers(), Role.PUBLISHER, new Publishers(tapes));
        List<Connection> all = new ArrayList<>(subscribers);
        all.addAll(slow);
        if (load.wire().confirms()) {
            all.addAll(publishers);
            awaitReady(all, () -> {});
        } else if (load.queue()) {
            pause(SETTLE_MS);
        } else {
            awaitReady(all, this::probe);
        }
        if (failure.isDone()) {
            throw couldNotBegin(failure.join());
        }
    }

    private final class Subscribers implements Kind<Subscriber> {
        private final boolean areSlow;

        Subscribers(boolean areSlow) {
            this.areSlow = areSlow;
        }

        @Override
        public Subscriber connection(Link link, int number) {
            Destination destination = destinations[placement.ofSubscriber(number)];
            Throttle throttle = areSlow
                    ? new Throttle(link.channel(), link.intake(), load.slow().get(number))
                    : null;
            return new Subscriber(link, marker, destination, deliveries, throttle, load.sizes());
        }

        @Override
        public void hello(ByteBuf out, int number) {
            String id = load.name() + (areSlow ? "w" : "s") + number;
            load.wire().openSubscriber(out, id, names.get(placement.ofSubscriber(number)), load.queue());
        }
    }

    /** For each publisher's first destination its tape: those that share one have all in common. */
    private Map<Integer, Tape> recordTapes() {
        Map<Integer, Tape> tapes = new HashMap<>();
        for (int i = 0; i < Math.min(load.publishers(), load.destinations()); i++) {
            int[] own = placement.ofPublisher(i);
            List<String> to = Arrays.stream(own).mapToObj(names::get).toList();
            boolean[] read = new boolean[own.length];
            for (int slot = 0; slot < own.length; slot++) {
                read[slot] = own[slot] < load.subscribers();
            }
            tapes.put(own[0], Tape.record(load.wire(), to, read, load.sizes()));
        }
        return tapes;
    }

    private final class Publishers implements Kind<Publisher> {
        private final Map<Integer, Tape> tapes;

        Publishers(Map<Integer, Tape> tapes) {
            this.tapes = tapes;
        }

        @Override
        public Publisher connection(Link link, int number) {
            int[] own = placement.ofPublisher(number);
            Tape tape = Objects.requireNonNull(tapes.get(own[0]));
            if (load.rate() > 0) {
                return new PacedPublisher(
                        link, marker, number, own.length, tape, publications, load.publishers(), load.rate());
            }
            Window window = windows.length == 0 ? null : windows[number];
            return new WindowedPublisher(link, marker, number, own.length, tape, publications, window);
        }

        @Override
        public void hello(ByteBuf out, int number) {
            load.wire().openPublisher(out, load.name() + "p" + number);
        }
    }

    private void probe() {
        WireFormat wire = load.wire();
        for (int i = 0; i < Math.min(load.publishers(), load.destinations()); i++) {
            List<byte[]> to = Arrays.stream(placement.ofPublisher(i))
                    .mapToObj(number -> wire.encodeDestination(names.get(number)))
                    .toList();
            publishers.get(i).probe(to, wire);
        }
    }

    private void awaitReady(List<Connection> connections, Runnable ask) throws InterruptedException {
        long beganNs = System.nanoTime();
        while (!failure.isDone()) {
            long waiting = connections.stream()
                    .filter(connection -> !connection.ready().isDone())
                    .count();
            if (waiting == 0) {
                return;
            }
            if (System.nanoTime() - beganNs > READY_WITHIN_NS) {
                throw couldNotBegin(waiting + " of " + connections.size() + " connections got no answer within "
                        + TimeUnit.NANOSECONDS.toSeconds(READY_WITHIN_NS) + " s");
            }
            ask.run();
            pause(PROBE_EVERY_MS);
        }
    }

    private ConnectFailedException couldNotBegin(String what) {
        return new ConnectFailedException("the load on " + Connector.addressText(load) + " could not begin: " + what
                + "; is it " + load.wire().name() + " that the broker speaks there?");
    }

    /** Publishes through warm-up and measured time. Returns early if something fails. */
    void measure() throws InterruptedException {
        Deliveries.Snapshot nothingDelivered = on(subscribing, () -> {
            slow.forEach(reader -> slowDown(reader, true));
            return deliveries.snapshot();
        });
        Publications.Snapshot nothingPublished = on(publishing, publications::snapshot);
        long startNs = System.nanoTime();
        seconds.start(startNs, nothingDelivered, nothingPublished);
        on(publishing, () -> {
            publishers.forEach(publisher -> publisher.start(startNs));
            return publishing.scheduleAtFixedRate(
                    this::reopenStuckWindows,
                    WINDOWS_LOOKED_AT_EVERY_MS,
                    WINDOWS_LOOKED_AT_EVERY_MS,
                    TimeUnit.MILLISECONDS);
        });
        long warmNs = startNs + load.warmUp().toNanos();
        if (phase(startNs, warmNs)) {
            seconds.beginMeasured();
            on(subscribing, () -> {
                slow.forEach(reader -> slowDown(reader, false));
                return true;
            });
            phase(warmNs, warmNs + load.duration().toNanos());
        }
    }

    /** Slows a slow reader down, now or when its time has come. */
    private void slowDown(Subscriber reader, boolean fromStart) {
        Throttle throttle = reader.throttle();
        if (throttle == null) {
            return;
        }
        boolean stopsAtOnce = throttle.reader().stopAfter().isZero();
        if (fromStart && stopsAtOnce) {
            throttle.begin();
        }
        if (!fromStart && !stopsAtOnce) {
            later(throttle.reader().stopAfter().toNanos(), throttle::begin);
        }
        if (!fromStart && !throttle.reader().resumeAfter().isZero()) {
            later(throttle.reader().resumeAfter().toNanos(), throttle::end);
        }
    }

    private void later(long delayNs, Runnable task) {
        subscribing.schedule(task, delayNs, TimeUnit.NANOSECONDS);
    }

    private void reopenStuckWindows() {
        long nowNs = System.nanoTime();
        for (Window window : windows) {
            window.reopenIfStuck(nowNs);
        }
    }

    /** Returns false if something has failed. */
    private boolean phase(long fromNs, long toNs) throws InterruptedException {
        long next = fromNs;
        while (next - toNs < 0 && !failure.isDone()) {
            next = Math.min(next + TimeUnit.SECONDS.toNanos(1), toNs);
            waitNs(next - System.nanoTime());
            seconds.add(on(subscribing, deliveries::snapshot), on(publishing, publications::snapshot));
        }
        return !failure.isDone();
    }

    /** Waits for what is on its way, counts, and says goodbye. */
    Measurement finish() throws InterruptedException {
        long[][] published = on(publishing, () -> {
            publishers.forEach(Publisher::stop);
            return published();
        });
        if (load.queue()) {
            on(subscribing, () -> {
                slow.forEach(Run::readAll);
                return true;
            });
        }
        awaitRest(published);
        if (load.rate() > 0) {
            seconds.addLate(on(subscribing, deliveries::snapshot).latenciesNs());
        }
        Measurement measurement = on(subscribing, () -> count(published));
        sayGoodbye();
        return measurement;
    }

    private static void readAll(Subscriber reader) {
        Throttle throttle = reader.throttle();
        if (throttle != null) {
            throttle.end();
        }
    }

    /** For each destination what each publisher has sent to it. On the publishers' loop. */
    private long[][] published() {
        long[][] published = new long[load.destinations()][load.publishers()];
        for (int p = 0; p < load.publishers(); p++) {
            for (int destination : placement.ofPublisher(p)) {
                published[destination][p] = publishers.get(p).published(placement.slot(destination));
            }
        }
        return published;
    }

    private void awaitRest(long[][] published) throws InterruptedException {
        long before = -1;
        long changedNs = System.nanoTime();
        while (!failure.isDone() && on(subscribing, () -> lost(published)) > 0) {
            long received = on(subscribing, () -> deliveries.delivered + deliveries.slowDelivered);
            long nowNs = System.nanoTime();
            if (received != before) {
                before = received;
                changedNs = nowNs;
            } else if (nowNs - changedNs > load.drain().toNanos()) {
                return;
            }
            pause(LOOK_EVERY_MS);
        }
    }

    private long lost(long[][] published) {
        if (load.subscribers() == 0) {
            return 0;
        }
        long lost = 0;
        for (int d = 0; d < destinations.length; d++) {
            lost += destinations[d].lost(published[d]);
        }
        return lost;
    }

    /** On the subscribers' loop; the publishers have stopped. */
    private Measurement count(long[][] published) {
        long duplicated = 0;
        long reordered = 0;
        for (Subscriber subscriber :
                (Iterable<Subscriber>) Stream.concat(subscribers.stream(), slow.stream())::iterator) {
            duplicated += subscriber.tally().duplicated();
            reordered += subscriber.tally().reordered();
        }
        long slowMissed = 0;
        // Those that were seen to be closed, and those that do not read and so cannot see it.
        int slowDisconnected = deliveries.slowDisconnected;
        BrokerEnds ends = BrokerEnds.read(load.address().getPort());
        for (int i = 0; i < slow.size(); i++) {
            Subscriber reader = slow.get(i);
            slowMissed += reader.destination().missing(reader.tally(), published[placement.ofSubscriber(i)]);
            slowDisconnected += reader.channel().isActive() && ends.hasClosed(reader.channel()) ? 1 : 0;
        }
        return new Measurement(
                publications.published,
                deliveries.delivered,
                lost(published),
                duplicated,
                reordered,
                deliveries.foreign + publications.foreign,
                deliveries.slowDelivered,
                slowMissed,
                slowDisconnected,
                deliveries.disconnected + publications.disconnected,
                seconds.measuredSeconds(),
                seconds.publishedPerSecond(),
                seconds.deliveredPerSecond(),
                seconds.latenciesNs(),
                seconds.lagNs(),
                seconds.cpuSeconds(),
                seconds.series(),
                failure.getNow(""));
    }

    private void sayGoodbye() throws InterruptedException {
        List<Connection> all = new ArrayList<>(publishers);
        all.addAll(subscribers);
        on(publishing, () -> {
            publishers.forEach(this::leave);
            return true;
        });
        on(subscribing, () -> {
            subscribers.forEach(this::leave);
            slow.forEach(reader -> {
                reader.leaves();
                reader.channel().close();
            });
            return true;
        });
        long untilNs = System.nanoTime() + GOODBYE_WITHIN_NS;
        for (Connection connection : all) {
            connection.channel().closeFuture().await(Math.max(0, untilNs - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }

    /** Says goodbye and ends the sending side; the broker closes when it has done what it has to. */
    private void leave(Connection connection) {
        connection.leaves();
        ByteBuf goodbye = connection.channel().alloc().buffer();
        load.wire().close(goodbye);
        connection
                .channel()
                .writeAndFlush(goodbye)
                .addListener(written -> ((DuplexChannel) connection.channel()).shutdownOutput());
    }

    private void pause(long ms) throws InterruptedException {
        waitNs(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    /** Returns sooner if something fails. */
    private void waitNs(long ns) throws InterruptedException {
        try {
            failure.get(Math.max(0, ns), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // The time is over; nothing completes the future with an exception.
            return;
        }
    }

    private static <T> T on(EventLoopGroup loop, Callable<T> task) throws InterruptedException {
        try {
            return loop.submit(task).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a fault of the load generator: " + e.getCause(), e.getCause());
        }
    }

    @Override
    public void close() {
        for (EventLoopGroup loop : List.of(publishing, subscribing)) {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
        publications.close();
        publisherReads.close();
        subscriberReads.close();
    }
}

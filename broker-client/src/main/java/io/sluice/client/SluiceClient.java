package io.sluice.client;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.sluice.protocol.DestinationNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A client of a Sluice broker: publishes, subscribes, and connects again by itself whenever a connection breaks, with
 * growing pauses. One connection publishes, and each subscription has its own; one daemon thread serves them all, so that the
 * JVM ends when the application does: close the client, or what still waits is lost.
 *
 * <p>What is published goes into a bounded buffer and from there to the connection; while that is away, or the broker does
 * not read because a queue is full, it waits there. What was given to a socket is never sent again: if the connection then
 * breaks, it is counted as in doubt ({@link PublishCounts}). After a broken connection subscriptions come back before
 * anything more is published; the native protocol confirms no subscription, so this is as close as it gets.
 *
 * <p>All that is published goes through one connection: while one queue is full, so that the broker does not read, all of it
 * waits. Use another client for what must not wait for that queue. Confirmation comes with {@link #close} and not before.
 *
 * <p>All methods may be called from any thread. Those that may block have a deadline, can be interrupted, and throw {@link
 * IllegalStateException} in a {@link MessageHandler} and on the client's event loop; the others never block.
 *
 * <pre>{@code
 * try (SluiceClient client = SluiceClient.connect("127.0.0.1", 25000)) {
 *     client.subscribe("/topic/prices", message -> System.out.println(message.text()));
 *     client.publish("/topic/prices", "42".getBytes(UTF_8));
 * }
 * }</pre>
 */
public final class SluiceClient implements AutoCloseable {
    /** What a call waits for beyond its own deadline, so that the reason comes from where it is known. */
    private static final long GRACE_NS = TimeUnit.SECONDS.toNanos(1);

    private static final class Name {
        final String text;
        final byte[] utf8;

        Name(String text, byte[] utf8) {
            this.text = text;
            this.utf8 = utf8;
        }
    }

    private final ClientOptions options;
    private final EventLoopGroup group;
    private final EventLoop loop;
    private final PublishLink publishing;
    private final Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();
    // Most publish to one destination again and again: its bytes need not be made each time.
    private volatile @Nullable Name lastName;
    private final AtomicReference<@Nullable CompletableFuture<PublishCounts>> closed = new AtomicReference<>();

    private SluiceClient(ClientOptions options) {
        this.options = options;
        group = new MultiThreadIoEventLoopGroup(
                1,
                (ThreadFactory) loop -> new LoopThread(loop, Addresses.text(options.host(), options.port())),
                NioIoHandler.newFactory());
        loop = group.next();
        publishing = new PublishLink(loop, options, this::areSubscriptionsBack);
    }

    // ---------------------------------------------------------------- opening

    /**
     * A client that connects when it is first used: to subscribe, which then tells whether it worked, or to publish, which
     * then waits in the client's buffer for a broker.
     */
    public static SluiceClient create(ClientOptions options) {
        return new SluiceClient(options);
    }

    /** As {@link #connect(ClientOptions)}, with the defaults. */
    public static SluiceClient connect(String host, int port) throws IOException, InterruptedException {
        return connect(ClientOptions.of(host, port));
    }

    /**
     * A client whose connection for publishing is there.
     *
     * @throws CannotConnectException if it cannot be made within {@link ClientOptions#connectTimeout}; with {@link
     *     ClientOptions#retryFirst} it is tried until the thread is interrupted
     * @throws IllegalStateException on a thread that must not block
     */
    public static SluiceClient connect(ClientOptions options) throws IOException, InterruptedException {
        Blocking.check("connect");
        return Waiting.result(connectAsync(options), deadlineNsOf(options), "connecting");
    }

    /** As {@link #connect(ClientOptions)}, without blocking. Cancelling the future closes the client. */
    public static CompletableFuture<SluiceClient> connectAsync(ClientOptions options) {
        SluiceClient client = new SluiceClient(options);
        return whenOpen(client.publishing, client, () -> client.closeAsync(Duration.ofNanos(GRACE_NS)));
    }

    /** Gives the result when the link is open; if that fails, or nobody waits any more, takes back what was begun. */
    private static <T> CompletableFuture<T> whenOpen(Link link, T result, Runnable takeBack) {
        CompletableFuture<T> opened = new CompletableFuture<>();
        opened.whenComplete((done, failure) -> {
            if (failure != null) {
                takeBack.run();
            }
        });
        link.open().whenComplete((nothing, failure) -> {
            if (failure == null) {
                opened.complete(result);
            } else {
                opened.completeExceptionally(failure);
            }
        });
        return opened;
    }

    // ---------------------------------------------------------------- publishing

    /**
     * Publishes without ever blocking. A message for which there is no room is given up and counted as dropped; who would
     * rather wait asks {@link #whenRoom} first, or uses {@link #publish}.
     *
     * @param destination as for {@link #subscribe(String)}
     * @param payload 0 bytes or more; is copied
     * @return whether it was taken
     * @throws IllegalArgumentException if the destination is no valid name, or the payload too long
     */
    public PublishResult tryPublish(String destination, byte[] payload) {
        return publishing.outbox().offer(utf8(destination), checked(payload));
    }

    /** As {@link #publish(String, byte[], Duration)}, waiting for {@link ClientOptions#publishTimeout}. */
    public void publish(String destination, byte[] payload)
            throws ClosedException, TimeoutException, InterruptedException {
        publish(destination, payload, options.publishTimeout());
    }

    /**
     * Publishes, and waits for room in the client's buffer if there is none.
     *
     * @param payload 0 bytes or more; is copied
     * @param timeout how long to wait; with zero it does not
     * @throws TimeoutException if there was no room in time: the message was not taken and is not counted
     * @throws ClosedException if the client is closed, or closes meanwhile: the message was not taken
     * @throws IllegalArgumentException if the destination is no valid name, or the payload too long
     * @throws IllegalStateException on a thread that must not block
     */
    public void publish(String destination, byte[] payload, Duration timeout)
            throws ClosedException, TimeoutException, InterruptedException {
        Blocking.check("publish");
        publishing.outbox().put(utf8(destination), checked(payload), Nanos.of(timeout));
    }

    /**
     * Completes when there is room to publish: at once, or on the client's event loop. Others may be faster to use it. Also
     * when the client is closed.
     */
    public CompletableFuture<Void> whenRoom() {
        return publishing.outbox().whenRoom();
    }

    /** Bytes that were published and that no connection has taken, with 8 bytes and the destination for each message. */
    public long waitingBytes() {
        return publishing.outbox().waitingBytes();
    }

    /** What has become of the messages so far; exact when the client is closed. */
    public PublishCounts counts() {
        return publishing.counts();
    }

    // ---------------------------------------------------------------- subscribing

    /**
     * Subscribes, to take the messages from the subscription. Returns 50 ms after the subscription was sent: the native protocol
     * does not confirm one, so that only a broker that is very busy has not read it by then. Who must know publishes a
     * probe and waits for it.
     *
     * @param destination 1 to 1,024 bytes of UTF-8 without control characters, not beginning with {@code $}, without a segment
     *     that is {@code *}, {@code #}, {@code +} or {@code >}; a queue if its first segment is {@code /queue}, otherwise a topic.
     *     There are no wildcards
     * @throws CannotConnectException if the connection cannot be made
     * @throws ClosedException if the client is closed
     * @throws IllegalArgumentException if the destination is no valid name
     * @throws IllegalStateException on a thread that must not block
     */
    public Subscription subscribe(String destination) throws IOException, InterruptedException {
        Blocking.check("subscribe");
        return Waiting.result(open(destination, null), deadlineNsOf(options), "subscribing");
    }

    /** As {@link #subscribe(String)}; the messages go to a handler. */
    public Subscription subscribe(String destination, MessageHandler handler) throws IOException, InterruptedException {
        Blocking.check("subscribe");
        Objects.requireNonNull(handler, "handler");
        return Waiting.result(open(destination, handler), deadlineNsOf(options), "subscribing");
    }

    /** As {@link #subscribe(String)}, without blocking. Cancelling the future ends the subscription. */
    public CompletableFuture<Subscription> subscribeAsync(String destination) {
        return open(destination, null);
    }

    /** As {@link #subscribe(String, MessageHandler)}, without blocking. Cancelling the future ends the subscription. */
    public CompletableFuture<Subscription> subscribeAsync(String destination, MessageHandler handler) {
        Objects.requireNonNull(handler, "handler");
        return open(destination, handler);
    }

    private CompletableFuture<Subscription> open(String destination, @Nullable MessageHandler handler) {
        utf8(destination);
        if (closed.get() != null) {
            return CompletableFuture.failedFuture(new ClosedException("the client is closed"));
        }
        SubscriptionLink link = new SubscriptionLink(loop, options, destination);
        Subscription subscription = new Subscription(this, link, handler);
        // First known, then asked whether it is too late: closing does it the other way round.
        subscriptions.add(subscription);
        subscription.ended().thenRun(() -> subscriptions.remove(subscription));
        if (closed.get() != null) {
            link.abandon();
            return CompletableFuture.failedFuture(new ClosedException("the client is closed"));
        }
        return whenOpen(link, subscription, link::abandon);
    }

    // ---------------------------------------------------------------- closing

    /** As {@link #close(Duration)}, waiting for {@link ClientOptions#closeTimeout}. May be called twice. */
    @Override
    public void close() {
        close(options.closeTimeout());
    }

    /**
     * Says goodbye and waits for the broker to end the stream, which confirms all that was published; subscriptions with a
     * handler say goodbye first and their handlers get what the broker still holds for them, in at most half of the time; the
     * others end at once. Called by a handler or on the event loop it does not wait; nor when the thread is interrupted: then
     * the client closes in the background, within the same time, and the counts are not yet final.
     *
     * @param timeout how long to wait. What is not confirmed then is counted as in doubt, or as dropped if no connection took
     *     it
     * @return what became of all messages
     */
    public PublishCounts close(Duration timeout) {
        CompletableFuture<PublishCounts> done = closeAsync(timeout);
        if (!Blocking.isForbidden()) {
            Waiting.quietly(done, Nanos.of(timeout) + GRACE_NS);
        }
        return counts();
    }

    /** As {@link #close(Duration)}, without blocking. */
    public CompletableFuture<PublishCounts> closeAsync(Duration timeout) {
        long timeoutNs = Nanos.of(timeout);
        CompletableFuture<PublishCounts> done = new CompletableFuture<>();
        if (!closed.compareAndSet(null, done)) {
            CompletableFuture<PublishCounts> earlier = closed.get();
            return earlier == null ? done : earlier.copy();
        }
        long deadlineNs = System.nanoTime() + timeoutNs;
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        for (Subscription subscription : subscriptions) {
            ends.add(subscription.endWithin(Duration.ofNanos(timeoutNs / 2)));
        }
        CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new))
                .thenCompose(nothing -> publishing.close(Math.max(0, deadlineNs - System.nanoTime())))
                .whenComplete((nothing, failure) -> {
                    done.complete(counts());
                    group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
                });
        return done.copy();
    }

    @Override
    public String toString() {
        return "client of " + publishing.remote() + " (publishing: " + publishing.condition() + ", "
                + subscriptions.size() + " subscriptions)";
    }

    ClientOptions options() {
        return options;
    }

    // On the event loop.
    private boolean areSubscriptionsBack() {
        for (Subscription subscription : subscriptions) {
            SubscriptionLink link = subscription.link();
            boolean isBack = link.timesUp() == 0
                    || link.isUp() && (link.timesUp() == 1 || link.upNs() >= SubscriptionLink.SETTLE_NS);
            if (!isBack) {
                return false;
            }
        }
        return true;
    }

    private byte[] utf8(String destination) {
        Objects.requireNonNull(destination, "destination");
        Name last = lastName;
        if (last != null && last.text.equals(destination)) {
            return last.utf8;
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(destination)) {
            throw new IllegalArgumentException("invalid name of a destination: half a surrogate pair is no character");
        }
        byte[] utf8 = destination.getBytes(StandardCharsets.UTF_8);
        String problem = DestinationNames.problem(utf8);
        if (problem != null) {
            throw new IllegalArgumentException("invalid name of a destination: " + problem);
        }
        lastName = new Name(destination, utf8);
        return utf8;
    }

    private byte[] checked(byte[] payload) {
        Objects.requireNonNull(payload, "payload");
        if (payload.length > options.maxFrameBytes()) {
            throw new IllegalArgumentException("a payload of " + payload.length + " bytes is too long, at most "
                    + options.maxFrameBytes() + " are allowed");
        }
        return payload;
    }

    // With retries there is no end but an interruption.
    private static long deadlineNsOf(ClientOptions options) {
        return options.retryFirst() ? Long.MAX_VALUE : Nanos.of(options.connectTimeout()) + GRACE_NS;
    }
}

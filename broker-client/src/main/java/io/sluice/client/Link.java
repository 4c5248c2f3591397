package io.sluice.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.sluice.protocol.NativeFrames;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to the broker that is made again whenever it breaks: connects, names its destination in the first frame, and
 * ends by goodbye or at once.
 *
 * <p>All state belongs to the client's event loop, and every method runs there unless it says otherwise. What is sent and what
 * becomes of what is received is up to the subclass.
 */
abstract class Link {
    private static final Logger LOG = LoggerFactory.getLogger(Link.class);

    /** What is given to the socket ahead; the rest waits where it is counted. */
    private static final WriteBufferWaterMark WRITE_AHEAD = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private static final String CHECK_NETWORK = "check the host, the port and the network in between";
    private static final int READ_BYTES = 64 * 1024;
    /** A connection that lived so long was a good one: the next attempt comes soon. */
    private static final long GOOD_LIFE_NS = TimeUnit.SECONDS.toNanos(1);

    private enum State {
        NEW,
        CONNECTING,
        UP,
        PAUSED,
        FINISHED
    }

    final EventLoop loop;
    final ClientOptions options;
    private final String destination;
    private final byte[] destinationUtf8;
    private final Backoff backoff;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final CompletableFuture<Void> finished = new CompletableFuture<>();

    private State state = State.NEW;
    private int attempt;
    private boolean retryFirst;
    private int timesUp;
    private boolean closing;
    private boolean goodbyeSaid;
    private boolean goodbyeWritten;
    private @Nullable Channel channel;
    private @Nullable ConnectionInfo info;
    private @Nullable String cause;
    private @Nullable Future<?> retry;
    private @Nullable CompletableFuture<InetAddress[]> resolving;
    private final List<Future<?>> timers = new ArrayList<>();
    private final AtomicBoolean finishing = new AtomicBoolean();
    private long upAtNs;
    private long lostAtNs;
    // How the connection is, for messages; read by any thread.
    private volatile String condition = "not connected yet";

    Link(EventLoop loop, ClientOptions options, String destination) {
        this.loop = loop;
        this.options = options;
        this.destination = destination;
        this.destinationUtf8 = destination.getBytes(StandardCharsets.UTF_8);
        this.backoff = new Backoff(Nanos.toMs(options.reconnectMin()), Nanos.toMs(options.reconnectMax()));
    }

    // ---------------------------------------------------------------- for the client; from any thread

    /** Begins to connect. Completes when the first frame is written; fails when the first attempt does, or it is closed. */
    final CompletableFuture<Void> open() {
        execute(() -> openNow(options.retryFirst()));
        return opened;
    }

    /**
     * As {@link #open}, on the event loop.
     *
     * @param retry whether the first attempt is followed by others if it fails
     */
    final void openNow(boolean retry) {
        if (state == State.NEW) {
            retryFirst = retry;
            connect();
        }
    }

    /** Runs a task on the event loop; once that has ended nothing is left to do but to end as well. */
    final void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            finish();
        }
    }

    /** Runs a task on the event loop after a time, unless what it waits for has come by then. */
    final void after(long delayNs, CompletableFuture<?> awaited, Runnable task) {
        execute(() -> {
            Future<?> timer = loop.schedule(task, delayNs, TimeUnit.NANOSECONDS);
            awaited.whenComplete((result, failure) -> timer.cancel(false));
        });
    }

    /** Completes when there is no connection and will be none. */
    final CompletableFuture<Void> finished() {
        return finished;
    }

    final String destination() {
        return destination;
    }

    /**
     * Takes leave as the subclass does it, and ends at the latest after {@code timeoutNs}.
     *
     * @return {@link #finished}
     */
    final CompletableFuture<Void> close(long timeoutNs) {
        execute(() -> {
            if (state == State.NEW && isWorthReconnecting()) {
                openNow(true);
            }
            if (state == State.NEW) {
                finish();
            } else if (state != State.FINISHED) {
                timers.add(loop.schedule(this::finish, timeoutNs, TimeUnit.NANOSECONDS));
                if (!closing) {
                    closing = true;
                    onClosing();
                }
            }
        });
        return finished;
    }

    /** Ends at once, without goodbye. */
    final void abandon() {
        execute(this::finish);
    }

    // ---------------------------------------------------------------- for subclasses

    /** The connection is there, and its first frame on the way. */
    abstract void onUp(Channel up);

    /** How long the broker is given to read the first frame, before the connection counts as open. */
    long settleNs() {
        return 0;
    }

    /** Bytes came; they are released after the call. */
    abstract void onRead(ByteBuf in);

    /** The channel takes more. */
    void onWritable() {}

    /** @param orderly whether the broker has ended the stream, without an error, after our goodbye */
    abstract void onDown(boolean orderly);

    /** Somebody wants it closed: say goodbye, or finish. Called once, in any state of the connection. */
    abstract void onClosing();

    /** Whether a connection that was lost while closing should be made again. */
    boolean isWorthReconnecting() {
        return false;
    }

    /** There will be no more connection. Called once. */
    abstract void onFinished();

    final boolean isUp() {
        return state == State.UP;
    }

    final boolean isClosing() {
        return closing;
    }

    /** How many times it has been connected. */
    final int timesUp() {
        return timesUp;
    }

    /** For how long the connection has been there; 0 if it is not. */
    final long upNs() {
        return state == State.UP ? System.nanoTime() - upAtNs : 0;
    }

    final @Nullable Channel channel() {
        return channel;
    }

    /** Ends the connection because of what came on it. */
    final void fail(String why) {
        LOG.warn("connection to {} for {}: {}", remote(), destination, why);
        cause = why;
        if (channel != null) {
            channel.close();
        }
    }

    /** All that was written before is followed by goodbye; then the broker's end of the stream is the confirmation. */
    final void sayGoodbye() {
        Channel up = channel;
        if (state != State.UP || up == null || goodbyeSaid) {
            return;
        }
        goodbyeSaid = true;
        // Not now, but after the loop has looked at the socket once more: an end of the stream that is there already
        // must not pass for the answer.
        loop.schedule(() -> writeGoodbye(up), 1, TimeUnit.MILLISECONDS);
    }

    private void writeGoodbye(Channel up) {
        if (state != State.UP || channel != up) {
            return;
        }
        ByteBuf goodbye = up.alloc().buffer(NativeFrames.HEADER_BYTES);
        NativeFrames.writeGoodbye(goodbye);
        write(up, goodbye).addListener(written -> goodbyeWritten = written.isSuccess());
        up.flush();
    }

    /** Writes without a flush. A failure ends the connection, and is its cause. */
    final ChannelFuture write(Channel up, ByteBuf bytes) {
        return up.write(bytes).addListener(written -> {
            if (!written.isSuccess() && cause == null) {
                cause = reason(written.cause());
            }
        });
    }

    final void finish() {
        // Not by the state alone: when the loop has ended, any thread may come here.
        if (!finishing.compareAndSet(false, true)) {
            return;
        }
        boolean wasUp = state == State.UP;
        state = State.FINISHED;
        attempt++;
        if (retry != null) {
            retry.cancel(false);
        }
        timers.forEach(timer -> timer.cancel(false));
        Channel last = channel;
        channel = null;
        if (last != null) {
            last.close();
        }
        if (wasUp) {
            onDown(false);
        }
        onFinished();
        opened.completeExceptionally(new ClosedException("closed before the connection to " + remote() + " was made"));
        finished.complete(null);
    }

    /** For messages: "connected", or "not connected: " and why. For any thread. */
    final String condition() {
        return condition;
    }

    final String remote() {
        return Addresses.text(options.host(), options.port());
    }

    // ---------------------------------------------------------------- connecting

    private void connect() {
        state = State.CONNECTING;
        int thisAttempt = ++attempt;
        long timeoutNs = Nanos.of(options.connectTimeout());
        long deadlineNs = System.nanoTime() + timeoutNs;
        Future<?> timeout = loop.schedule(() -> timedOut(thisAttempt), timeoutNs, TimeUnit.NANOSECONDS);
        // One question at a time: a resolver that hangs must not gather threads.
        CompletableFuture<InetAddress[]> asked = resolving;
        if (asked == null || asked.isDone()) {
            asked = Addresses.resolve(options.host());
            resolving = asked;
        }
        asked.whenComplete((addresses, failure) -> execute(() -> {
            if (failure != null) {
                timeout.cancel(false);
                attemptFailed(thisAttempt, "the name cannot be resolved", "check the host's name", failure);
            } else {
                tryAddress(thisAttempt, addresses, 0, deadlineNs, timeout);
            }
        }));
    }

    private void tryAddress(int thisAttempt, InetAddress[] addresses, int index, long deadlineNs, Future<?> timeout) {
        if (thisAttempt != attempt) {
            return;
        }
        // Each address gets its share of what is left, so that one that does not answer leaves time for the next.
        long leftMs =
                Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime()) / (addresses.length - index));
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(leftMs, Integer.MAX_VALUE))
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_AHEAD)
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(1))
                .handler(new Events(thisAttempt))
                .connect(new InetSocketAddress(addresses[index], options.port()))
                // A channel that could not even be made completes its future elsewhere.
                .addListener((ChannelFuture connected) -> onLoop(() -> {
                    if (thisAttempt != attempt) {
                        connected.channel().close();
                    } else if (connected.isSuccess()) {
                        timeout.cancel(false);
                        up(connected.channel());
                    } else if (index + 1 < addresses.length) {
                        tryAddress(thisAttempt, addresses, index + 1, deadlineNs, timeout);
                    } else if (isReset(connected.cause())) {
                        timeout.cancel(false);
                        resetAtOnce(connected);
                    } else {
                        timeout.cancel(false);
                        connectFailed(thisAttempt, connected.cause());
                    }
                }));
    }

    private void attemptFailed(int thisAttempt, String why, String remedy, @Nullable Throwable failure) {
        if (thisAttempt != attempt || state != State.CONNECTING) {
            return;
        }
        if (closing && !isWorthReconnecting()) {
            finish();
        } else if (timesUp == 0 && !retryFirst) {
            opened.completeExceptionally(
                    new CannotConnectException("cannot connect to " + remote() + ": " + why + "; " + remedy, failure));
            finish();
        } else {
            long pauseMs = backoff.nextMs();
            condition = "not connected: " + why;
            LOG.debug("cannot connect to {} for {}: {}; next attempt in {} ms", remote(), destination, why, pauseMs);
            pause(pauseMs);
            tell(() -> options.listener().attemptFailed(destination, why, Duration.ofMillis(pauseMs)));
        }
    }

    private void connectFailed(int thisAttempt, Throwable failure) {
        if (failure instanceof ConnectTimeoutException) {
            timedOut(thisAttempt);
        } else if (failure instanceof ConnectException) {
            attemptFailed(thisAttempt, reason(failure), "is the broker running?", failure);
        } else {
            attemptFailed(thisAttempt, reason(failure), CHECK_NETWORK, failure);
        }
    }

    private void timedOut(int thisAttempt) {
        String why = "no answer within " + Nanos.toMs(options.connectTimeout()) + " ms";
        attemptFailed(thisAttempt, why, CHECK_NETWORK, null);
    }

    // Taken by the broker, and reset before this side knew: a connection that was lost, and no attempt that failed.
    private void resetAtOnce(ChannelFuture connected) {
        timesUp++;
        upAtNs = System.nanoTime();
        InetSocketAddress local = (InetSocketAddress) connected.channel().localAddress();
        InetSocketAddress remote = InetSocketAddress.createUnresolved(options.host(), options.port());
        info = new ConnectionInfo(destination, local == null ? new InetSocketAddress(0) : local, remote);
        cause = reason(connected.cause());
        state = State.UP;
        down();
    }

    private static boolean isReset(Throwable failure) {
        // The system has an error of its own for it, Java only this text.
        return failure instanceof SocketException
                && String.valueOf(failure.getMessage()).contains("reset");
    }

    private void pause(long pauseMs) {
        attempt++;
        state = State.PAUSED;
        retry = loop.schedule(this::connect, pauseMs, TimeUnit.MILLISECONDS);
    }

    // ---------------------------------------------------------------- the life of a connection

    private void up(Channel connected) {
        state = State.UP;
        channel = connected;
        cause = null;
        goodbyeSaid = false;
        goodbyeWritten = false;
        upAtNs = System.nanoTime();
        noticeDeadPeers(connected);
        condition = "connected";
        Duration away = timesUp > 0 ? Duration.ofNanos(upAtNs - lostAtNs) : Duration.ZERO;
        ConnectionInfo now =
                new ConnectionInfo(destination, (InetSocketAddress) connected.localAddress(), (InetSocketAddress)
                        connected.remoteAddress());
        info = now;
        if (timesUp > 0) {
            LOG.info("connected to {} for {} again after {} ms", remote(), destination, away.toMillis());
        }
        timesUp++;
        ByteBuf first = connected.alloc().buffer(NativeFrames.HEADER_BYTES + destinationUtf8.length);
        NativeFrames.write(first, destinationUtf8);
        write(connected, first).addListener(written -> {
            if (written.isSuccess()) {
                after(settleNs(), opened, () -> opened.complete(null));
            }
        });
        connected.flush();
        onUp(connected);
        tell(() -> options.listener().connected(now, away));
    }

    // A peer that vanished without a word: within a minute and not within the two hours that are the system's default.
    private static void noticeDeadPeers(Channel connected) {
        Map<SocketOption<Integer>, Integer> seconds = Map.of(
                ExtendedSocketOptions.TCP_KEEPIDLE, 30,
                ExtendedSocketOptions.TCP_KEEPINTERVAL, 10,
                ExtendedSocketOptions.TCP_KEEPCOUNT, 3);
        seconds.forEach((option, value) -> {
            try {
                connected.config().setOption(NioChannelOption.of(option), value);
            } catch (RuntimeException e) {
                LOG.debug("{} is not supported here", option.name());
            }
        });
    }

    private void down() {
        if (state != State.UP) {
            return;
        }
        boolean orderly = goodbyeWritten && cause == null;
        String why = cause;
        String whyText = why == null ? "the broker ended the stream" : why;
        long livedNs = upNs();
        lostAtNs = System.nanoTime();
        channel = null;
        state = State.PAUSED;
        condition = "not connected: " + whyText;
        onDown(orderly);
        if (orderly || closing && !isWorthReconnecting()) {
            finish();
            return;
        }
        if (livedNs >= GOOD_LIFE_NS) {
            backoff.reset();
        }
        long pauseMs = backoff.nextMs();
        LOG.warn(
                "lost the connection to {} for {} after {} ms: {}; connecting again",
                remote(),
                destination,
                TimeUnit.NANOSECONDS.toMillis(livedNs),
                whyText);
        pause(pauseMs);
        ConnectionInfo gone = info;
        if (gone != null) {
            tell(() -> options.listener().lost(gone, Duration.ofNanos(livedNs), why));
        }
    }

    private void onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            execute(task);
        }
    }

    // What the listener throws is its own affair.
    private static void tell(Runnable news) {
        try {
            news.run();
        } catch (Throwable e) {
            LOG.error("the connection listener failed", e);
        }
    }

    private static String reason(Throwable failure) {
        if (failure instanceof UnknownHostException) {
            return "the name cannot be resolved";
        }
        String message = failure.getMessage();
        if (message == null) {
            return failure.getClass().getSimpleName();
        }
        // Netty puts the address behind, which is said already.
        int address = message.indexOf(": ");
        return failure instanceof ConnectException && address > 0 ? message.substring(0, address) : message;
    }

    /** What happens on one connection. */
    private final class Events extends ChannelInboundHandlerAdapter {
        private final int ofAttempt;

        Events(int ofAttempt) {
            this.ofAttempt = ofAttempt;
        }

        private boolean isCurrent() {
            return ofAttempt == attempt && state == State.UP;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                if (isCurrent()) {
                    onRead((ByteBuf) message);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (isCurrent() && context.channel().isWritable()) {
                onWritable();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            if (isCurrent()) {
                cause = reason(failure);
            }
            context.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (isCurrent()) {
                down();
            }
        }
    }
}

package io.sluice.broker.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.uring.IoUringChannelOption;
import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.config.TransportConfig;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.ClientActivity;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.metrics.ConnectionSnapshot;
import io.sluice.broker.metrics.ConnectionState;
import io.sluice.broker.metrics.SlowEpisode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One accepted socket: who it is, whether it is read, and why it ends. The first reason given is the one that counts.
 */
public final class Connection {
    private static final int TICKS_PER_PROBE = 4;
    private static final long LINGER_NS = TimeUnit.SECONDS.toNanos(1);

    private final Channel channel;
    private final TransportKind transport;
    private final String id;
    private final String remoteAddress;
    private final NanoClock clock;
    private final long acceptedNs;
    private final CloseLog closeLog;
    private final BrokerCounters counters;

    @OwnLoop
    private long handshakeTimeoutMs;

    @OwnLoop
    private long userTimeoutMs;

    @OwnLoop
    private @Nullable LongConsumer onTick;

    @OwnLoop
    private @Nullable Runnable onReload;

    @OwnLoop
    private @Nullable Runnable onClosing;

    /** Written by the own loop. */
    private volatile boolean handshakeDone;

    /** Written by the own loop. */
    private volatile @Nullable CloseReason closeReason;

    @OwnLoop
    private boolean inputEnded;

    @OwnLoop
    private long lingerUntilNs;

    @OwnLoop
    private boolean readingStopped;

    @OwnLoop
    private boolean peerClosed;

    @OwnLoop
    private int timesMissed;

    @OwnLoop
    private long ticks;

    /** Since when something sent has not been answered; 0 when all is. */
    @OwnLoop
    private long unansweredSinceNs;

    private volatile boolean closing;
    private volatile String protocol = "";
    private volatile @Nullable ClientView client;
    private final Instant opened = Instant.now();
    private volatile @Nullable Instant ended;

    Connection(
            Channel channel,
            String id,
            TransportKind transport,
            NanoClock clock,
            TransportConfig config,
            CloseLog closeLog,
            BrokerCounters counters) {
        this.channel = channel;
        this.id = id;
        this.remoteAddress = Addresses.text(channel.remoteAddress());
        this.transport = transport;
        this.clock = clock;
        this.acceptedNs = clock.nowNs();
        this.handshakeTimeoutMs = config.handshakeTimeoutMs();
        this.userTimeoutMs = config.userTimeoutMs();
        this.closeLog = closeLog;
        this.counters = counters;
    }

    /** {@code c-} and a number, unique in this broker; for logs. */
    @AnyThread
    public String id() {
        return id;
    }

    /** Address and port of the client. */
    @AnyThread
    public String remoteAddress() {
        return remoteAddress;
    }

    @AnyThread
    public Channel channel() {
        return channel;
    }

    @AnyThread
    public BrokerCounters counters() {
        return counters;
    }

    /** Runs a task on this connection's event loop, later; drops it when the loop has ended. */
    @AnyThread
    public void execute(Runnable task) {
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            // The broker has stopped; whatever this connection held was given up then.
            return;
        }
    }

    /**
     * Puts a protocol's handler in the place of the detector.
     *
     * @param name the protocol's
     */
    @OwnLoop
    public void install(String name, ChannelHandler handler) {
        protocol = name;
        channel.pipeline().replace(ProtocolDetector.class, name, handler);
    }

    /** Sets who can tell what its client does. */
    @OwnLoop
    public void setClient(ClientView view) {
        client = view;
    }

    /** Sets what is told the time, about twice a second, on this connection's loop. */
    @OwnLoop
    public void onTick(LongConsumer callback) {
        onTick = callback;
    }

    /** Sets what runs on this connection's loop when the broker's settings have changed. */
    @OwnLoop
    public void onReload(Runnable callback) {
        onReload = callback;
    }

    /** The broker's settings have changed. */
    @OwnLoop
    void takeSettings(TransportConfig config) {
        handshakeTimeoutMs = config.handshakeTimeoutMs();
        userTimeoutMs = config.userTimeoutMs();
        if (onReload != null && closeReason == null) {
            onReload.run();
        }
    }

    /** Sets what runs on this connection's loop when it is about to be closed, before the socket is; perhaps never. */
    @OwnLoop
    public void onClosing(Runnable callback) {
        onClosing = callback;
    }

    /** The first frame is complete: the handshake timeout is over. */
    @OwnLoop
    public void handshakeDone() {
        handshakeDone = true;
    }

    /** Stops reading, unless the client has closed. What is in this read already still comes. */
    @OwnLoop
    public void pauseReading() {
        if (!peerClosed) {
            channel.config().setAutoRead(false);
        }
    }

    /**
     * Whether nobody might notice that the client has gone: with NIO while it is not read, with io_uring (Netty 4.2.18) also
     * after it was not read for a while.
     */
    @OwnLoop
    boolean isOutOfSight() {
        boolean unread = transport == TransportKind.NIO && !channel.config().isAutoRead();
        return closeReason == null && (unread || transport == TransportKind.IO_URING);
    }

    /**
     * Notices what became of a client that is not read. One that has closed its side is read to the end, as epoll does by
     * itself: it can send no more than the kernel holds already.
     */
    @OwnLoop
    void look(TcpTable table) {
        if (table.isEmpty()
                || !(channel.localAddress() instanceof InetSocketAddress local)
                || !(channel.remoteAddress() instanceof InetSocketAddress remote)) {
            return;
        }
        switch (table.stateOf(local, remote)) {
            case GONE -> {
                // The table is not one moment: while others come and go, an entry may be passed over.
                if (++timesMissed == 2) {
                    close(CloseReason.RESET, "");
                }
            }
            case PEER_CLOSED -> {
                peerClosed = true;
                channel.config().setAutoRead(true);
            }
            case OPEN -> timesMissed = 0;
        }
    }

    /** Reads on, unless reading was {@linkplain #stopReading stopped} for good. */
    @OwnLoop
    public void resumeReading() {
        if (!readingStopped) {
            channel.config().setAutoRead(true);
        }
    }

    /** Reads no more, until it is {@linkplain #finish finished}. */
    @OwnLoop
    public void stopReading() {
        readingStopped = true;
        pauseReading();
    }

    /**
     * Keeps little unsent data in the kernel, where the platform can: what the kernel has taken cannot be given back.
     *
     * @param bytes how little; 0 leaves it to the kernel
     */
    @OwnLoop
    public void limitUnsent(int bytes) {
        if (transport == TransportKind.EPOLL) {
            SocketOptions.set(channel, EpollChannelOption.TCP_NOTSENT_LOWAT, (long) bytes);
        } else if (transport == TransportKind.IO_URING) {
            SocketOptions.set(channel, IoUringChannelOption.TCP_NOTSENT_LOWAT, (long) bytes);
        }
    }

    /** Whether what was flushed but not taken by the kernel can still be cut; not where the kernel reads it when it likes. */
    @AnyThread
    public boolean canCutWrites() {
        return transport != TransportKind.IO_URING;
    }

    /** Whether it is going to be closed. */
    @AnyThread
    public boolean isClosing() {
        return closing;
    }

    /**
     * Closes soon, from a task of its own loop; nothing it sends is read any more. Counted by reason; where the reason is worth it, logged with the detail, at most so often.
     *
     * @param detail what happened, with the numbers and what to do; text from clients must be escaped
     */
    @AnyThread
    public void close(CloseReason reason, String detail) {
        closing = true;
        // Never at once: the caller may hold a destination's lock, or be in the middle of a read of this connection.
        execute(() -> closeNow(reason, detail));
    }

    /** Closes because something went wrong while it was served. */
    @OwnLoop
    void fail(Throwable cause) {
        if (cause instanceof IOException) {
            close(CloseReason.RESET, "");
        } else if (cause instanceof OutOfMemoryError) {
            close(CloseReason.MEMORY, "no memory for what it sends: " + cause.getMessage());
        } else {
            close(CloseReason.INTERNAL_ERROR, "a fault of the broker: " + stackTrace(cause));
        }
    }

    private static String stackTrace(Throwable cause) {
        StringWriter text = new StringWriter();
        cause.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @OwnLoop
    private void closeNow(CloseReason reason, String detail) {
        setCloseReason(reason, detail);
        // Before the client can see the end: whoever subscribes then must find what this one gave back.
        try {
            if (onClosing != null && canCutWrites()) {
                onClosing.run();
            }
        } finally {
            // What was ended in order is still being delivered by the kernel.
            if (closeReason().isReset() && lingerUntilNs == 0) {
                SocketOptions.set(channel, ChannelOption.SO_LINGER, 0);
            }
            channel.close();
        }
    }

    @OwnLoop
    private void setCloseReason(CloseReason reason, String detail) {
        closing = true;
        if (closeReason == null) {
            closeReason = reason;
            if (reason.isWorthALine() || !detail.isEmpty()) {
                closeLog.log(reason, id, remoteAddress, detail);
            }
        }
    }

    /**
     * Ends in good order: all written data reaches the client, then the end of the stream. Waits a little for the client
     * to end its side, since closing with unread input would reset the connection and destroy what is on its way.
     */
    @OwnLoop
    public void finish(CloseReason reason) {
        setCloseReason(reason, "");
        if (inputEnded || !channel.isActive() || !(channel instanceof DuplexChannel duplex)) {
            channel.close();
            return;
        }
        lingerUntilNs = clock.nowNs() + LINGER_NS;
        duplex.shutdownOutput();
        readingStopped = false;
        resumeReading();
    }

    /** The client has ended its side of the stream. */
    @OwnLoop
    public void inputEnded() {
        inputEnded = true;
        if (closeReason != null) {
            channel.close();
        }
    }

    /**
     * From now on each flush writes until all is written or the kernel takes no more.
     *
     * <p>For the last writes of a half-closed connection. When Netty (4.2.18, epoll) has nothing to wait for any more, as
     * between two writes after the end of the input, it takes the descriptor out of epoll for good, and the next write
     * that does not fit fails with ENOENT. So all that is left must be handed over in one piece while the input is still
     * waited for, which is until the event that tells its end has been handled.
     */
    @OwnLoop
    public void writeToTheEnd() {
        channel.config().setWriteSpinCount(1 << 20);
    }

    @OwnLoop
    void tick(long nowNs) {
        if (closeReason != null) {
            if (lingerUntilNs != 0 && nowNs - lingerUntilNs > 0) {
                channel.close();
            }
            return;
        }
        if (!handshakeDone && nowNs - acceptedNs > TimeUnit.MILLISECONDS.toNanos(handshakeTimeoutMs)) {
            close(CloseReason.HANDSHAKE_TIMEOUT, "sent no complete first frame in time");
            return;
        }
        if (++ticks % TICKS_PER_PROBE == 0 && isPeerDead(nowNs)) {
            close(CloseReason.RESET, "");
            return;
        }
        if (onTick != null) {
            onTick.accept(nowNs);
        }
    }

    /**
     * Whether something was sent to the client within a time, also bytes that the kernel had taken before. Known with epoll
     * only; elsewhere false.
     */
    @OwnLoop
    public boolean hasSentWithin(long ms) {
        return channel instanceof EpollSocketChannel epoll
                && channel.isActive()
                && epoll.tcpInfo().lastDataSent() < ms;
    }

    /**
     * Whether the client's machine has not answered for the user timeout although something was sent to it.
     *
     * <p>Not left to TCP_USER_TIMEOUT: since Linux 5.11 that also ends the connection of a client that lives and answers,
     * but does not read (its window stays closed), which is for the overflow policy to decide. Source: tcp(7), TCP_INFO.
     */
    @OwnLoop
    private boolean isPeerDead(long nowNs) {
        if (!(channel instanceof EpollSocketChannel epoll) || !channel.isActive()) {
            return false;
        }
        EpollTcpInfo info = epoll.tcpInfo();
        long waitedMs = TimeUnit.NANOSECONDS.toMillis(nowNs - unansweredSinceNs);
        boolean unanswered = info.retransmits() > 0 || info.probes() > 1;
        if (!unanswered || unansweredSinceNs == 0 || info.lastAckRecv() < waitedMs) {
            unansweredSinceNs = unanswered ? nowNs : 0;
            return false;
        }
        return waitedMs > userTimeoutMs;
    }

    /** Why it was closed; a connection that just broke was reset. */
    @OwnLoop
    public CloseReason closeReason() {
        CloseReason reason = closeReason;
        return reason == null ? CloseReason.RESET : reason;
    }

    /** The channel has closed. */
    @OwnLoop
    void ended() {
        setCloseReason(closeReason(), "");
        ended = Instant.now();
    }

    /** How it stands, and what its client does. */
    @AnyThread
    public ConnectionSnapshot snapshot() {
        ClientView view = client;
        ClientActivity activity = view == null ? ClientActivity.NONE : view.activity();
        Instant end = ended;
        return new ConnectionSnapshot(
                id,
                remoteAddress,
                protocol,
                end != null ? ConnectionState.CLOSED : state(),
                opened,
                end,
                closeReason,
                activity.subscribedTo(),
                activity.publishesTo(),
                activity.messagesIn(),
                activity.bytesIn(),
                activity.pushedBackMs(),
                activity.pushedBackBy(),
                activity.subscriber());
    }

    private ConnectionState state() {
        if (closing) {
            return ConnectionState.CLOSING;
        }
        return handshakeDone ? ConnectionState.OPEN : ConnectionState.HANDSHAKE;
    }

    /** Its client's last slow episodes as a subscriber, newest first. */
    @AnyThread
    List<SlowEpisode> slowEpisodes() {
        ClientView view = client;
        return view == null ? List.of() : view.slowEpisodes();
    }

    @Override
    public String toString() {
        return id + " (" + remoteAddress + ")";
    }
}

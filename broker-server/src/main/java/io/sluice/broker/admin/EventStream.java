package io.sluice.broker.admin;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.sluice.broker.base.OwnLoop;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Server-sent events to one client, as the HTML standard has them. A client that does not keep up misses events, which
 * {@link #send} tells whoever sends them; one that takes nothing at all is closed. So is one that is not let in any more,
 * within ten seconds: its session is over, or there is another token.
 */
@OwnLoop
final class EventStream extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger("io.sluice.admin");
    private static final long COMMENT_EVERY_MS = 10_000;
    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

    private final Clients clients;
    private final Deadlines deadlines;
    private final EventSource source;
    private final BooleanSupplier letIn;
    private final boolean known;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable AutoCloseable running;
    private @Nullable Future<?> comments;

    /**
     * Makes one.
     *
     * @param letIn whether the client may still have what it asked for
     * @param known whether the client has shown the token, or a session
     */
    EventStream(Clients clients, Deadlines deadlines, EventSource source, BooleanSupplier letIn, boolean known) {
        this.clients = clients;
        this.deadlines = deadlines;
        this.source = source;
        this.letIn = letIn;
        this.known = known;
    }

    /** Whether the client has shown the token, or a session. */
    boolean isKnown() {
        return known;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        ctx = added;
        deadlines.streaming();
        // Shows a client that there is somebody, and us whether there is still a client.
        comments = added.executor()
                .scheduleWithFixedDelay(this::comment, COMMENT_EVERY_MS, COMMENT_EVERY_MS, TimeUnit.MILLISECONDS);
        // Not within the request that asked for it.
        added.executor().execute(() -> start(added));
    }

    private void start(ChannelHandlerContext added) {
        if (!added.channel().isActive()) {
            return;
        }
        runOrEnd(() -> {
            running = source.start(this);
        });
    }

    /** The loop of this stream. */
    Executor loop() {
        ChannelHandlerContext own = ctx;
        if (own == null) {
            throw new IllegalStateException("not open yet");
        }
        return own.executor();
    }

    /** Does something on this stream's loop every so many ms, until what is returned is cancelled. */
    Future<?> every(long periodMs, Runnable task) {
        ChannelHandlerContext own = ctx;
        if (own == null) {
            throw new IllegalStateException("not open yet");
        }
        return own.executor().scheduleAtFixedRate(() -> runOrEnd(task), 0, periodMs, TimeUnit.MILLISECONDS);
    }

    private void runOrEnd(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("a stream of events failed", e);
            end();
        }
    }

    /**
     * Sends an event, or leaves it out if the client has not taken those before.
     *
     * @param data one line of text in UTF-8
     * @return whether it was sent
     */
    boolean send(String event, byte[] data) {
        ChannelHandlerContext own = ctx;
        if (own == null || !own.channel().isWritable()) {
            if (own != null) {
                deadlines.closeUnlessWritten(own);
            }
            return false;
        }
        ByteBuf buffer = Unpooled.buffer(data.length + event.length() + 16);
        ByteBufUtil.writeAscii(buffer, "event: " + event + "\ndata: ");
        buffer.writeBytes(data);
        ByteBufUtil.writeAscii(buffer, "\n\n");
        own.writeAndFlush(new DefaultHttpContent(buffer));
        return true;
    }

    private void comment() {
        endUnlessLetIn();
        write(COMMENT);
    }

    private void write(byte[] bytes) {
        ChannelHandlerContext own = ctx;
        if (own != null && own.channel().isWritable()) {
            own.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)));
        }
    }

    /** Ends the stream; a browser will come again. */
    void end() {
        ChannelHandlerContext own = ctx;
        if (own != null) {
            own.close();
        }
    }

    /** Ends the stream if its client is not let in any more. */
    void endUnlessLetIn() {
        if (!letIn.getAsBoolean()) {
            end();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext own) {
        if (own.channel().isWritable()) {
            deadlines.streaming();
        }
        own.fireChannelWritabilityChanged();
    }

    @Override
    public void channelRead(ChannelHandlerContext own, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext own, Throwable cause) {
        own.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext own) {
        clients.leaveStream(this);
        Future<?> commenting = comments;
        if (commenting != null) {
            commenting.cancel(false);
        }
        AutoCloseable started = running;
        running = null;
        try {
            if (started == null) {
                source.abandon();
            } else {
                started.close();
            }
        } catch (Exception e) {
            LOG.error("a stream of events did not end in good order", e);
        }
        own.fireChannelInactive();
    }
}

package io.sluice.broker.admin;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.sluice.broker.base.OwnLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time a client has: for a whole request, between requests, and to take its answer. First in the pipeline, so that it
 * sees every byte.
 */
@OwnLoop
final class Deadlines extends ChannelDuplexHandler {
    private enum State {
        IDLE,
        ASKING,
        ANSWERING,
        LEAVING
    }

    private final Clients clients;
    private State state = State.ASKING;
    private @Nullable Future<?> timer;

    Deadlines(Clients clients) {
        this.clients = clients;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        closeAfter(ctx, Limits.REQUEST_MS);
        ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (state == State.LEAVING) {
            // Read, so that the kernel need not answer it with a reset, which could overtake the answer.
            ReferenceCountUtil.release(message);
            return;
        }
        if (state == State.IDLE) {
            state = State.ASKING;
            closeAfter(ctx, Limits.REQUEST_MS);
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancel();
        ctx.fireChannelInactive();
    }

    /** A whole request is there. */
    void asked(ChannelHandlerContext ctx) {
        state = State.ANSWERING;
        cancel();
        clients.asked(ctx.channel());
    }

    /** An answer is on its way. */
    void answering(ChannelHandlerContext ctx) {
        closeAfter(ctx, Limits.WRITE_MS);
    }

    /** The client has its answer, and may ask again. */
    void answered(ChannelHandlerContext ctx) {
        state = State.IDLE;
        clients.answered(ctx.channel());
        closeAfter(ctx, Limits.IDLE_MS);
    }

    /** There is no more to come from us: the client has a moment to take what is on its way, and to go. */
    void leave(ChannelHandlerContext ctx) {
        state = State.LEAVING;
        if (!ctx.channel().isActive()) {
            return;
        }
        closeAfter(ctx, Limits.LINGER_MS);
        ctx.channel().config().setAutoRead(true);
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(written -> ((DuplexChannel) ctx.channel())
                        .shutdownOutput()
                        .addListener(shut -> {
                            if (!shut.isSuccess()) {
                                ctx.close();
                            }
                        }));
    }

    /** A stream: nothing is asked any more, and only its own writes are waited for. */
    void streaming() {
        cancel();
    }

    /** Gives a client so long to take what is on its way, unless {@link #streaming} comes first. */
    void closeUnlessWritten(ChannelHandlerContext ctx) {
        if (timer == null) {
            closeAfter(ctx, Limits.WRITE_MS);
        }
    }

    private void closeAfter(ChannelHandlerContext ctx, long ms) {
        cancel();
        timer = ctx.executor().schedule((Runnable) ctx::close, ms, TimeUnit.MILLISECONDS);
    }

    private void cancel() {
        Future<?> running = timer;
        if (running != null) {
            running.cancel(false);
            timer = null;
        }
    }
}

package io.sluice.loadtest.generator;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.sluice.loadtest.net.Intake;
import io.sluice.loadtest.wire.WireException;
import io.sluice.loadtest.wire.WireFormat;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** One connection of the load, and the decoder of what it receives. Belongs to its loop, unless a method says otherwise. */
abstract class Connection extends ChannelInboundHandlerAdapter implements WireFormat.Sink {
    private final Link link;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private boolean leaving;

    Connection(Link link) {
        this.link = link;
    }

    /** Is completed when the broker has confirmed the connection, or its subscription. From any thread. */
    final CompletableFuture<Void> ready() {
        return ready;
    }

    final Channel channel() {
        return link.channel();
    }

    final Intake intake() {
        return link.intake();
    }

    /** From now on the end of the connection is expected. */
    final void leaves() {
        leaving = true;
    }

    /** The connection ended, and nobody wanted it to. */
    abstract void lost(String what);

    final void fail(String what) {
        link.failure().complete(what);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws WireException {
        ByteBuf in = (ByteBuf) message;
        try {
            link.inbound().decode(in, this);
        } finally {
            link.intake().keepRest(in);
        }
    }

    @Override
    public final void channelInactive(ChannelHandlerContext ctx) {
        link.intake().close();
        ended(link.name() + ": the broker closed the connection");
    }

    @Override
    public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        String what = cause instanceof WireException || cause instanceof IOException
                ? String.valueOf(cause.getMessage())
                : cause.toString();
        ended(link.name() + ": " + (cause instanceof WireException ? what : "the connection broke: " + what));
        ctx.close();
    }

    private void ended(String what) {
        if (!leaving) {
            leaving = true;
            lost(what);
        }
    }

    @Override
    public void onReady() {
        ready.complete(null);
    }

    @Override
    public void reply(ByteBuf bytes) {
        link.channel().writeAndFlush(bytes, link.channel().voidPromise());
    }
}

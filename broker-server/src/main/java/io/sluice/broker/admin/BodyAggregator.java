package io.sluice.broker.admin;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;

/** Makes whole requests of their parts; one that is too large is handed on as what is wrong with it. */
final class BodyAggregator extends HttpObjectAggregator {
    /** Stands for a request whose body is too large. */
    static final Object TOO_LARGE = new Object();

    BodyAggregator() {
        super(Limits.BODY_BYTES, true);
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
        ctx.fireChannelRead(TOO_LARGE);
    }
}

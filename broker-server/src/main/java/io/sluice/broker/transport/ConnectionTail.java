package io.sluice.broker.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.sluice.broker.base.OwnLoop;

/** The end of every connection's pipeline: what nobody else handled, and the end of the connection. */
@OwnLoop
final class ConnectionTail extends ChannelInboundHandlerAdapter {
    private final Connection connection;
    private final Connections connections;
    private final LoopTicker ticker;
    private final Runnable onAllocationFailed;

    /** @param onAllocationFailed makes room for others */
    ConnectionTail(Connection connection, Connections connections, LoopTicker ticker, Runnable onAllocationFailed) {
        this.connection = connection;
        this.connections = connections;
        this.ticker = ticker;
        this.onAllocationFailed = onAllocationFailed;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            connection.inputEnded();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ticker.remove(connection);
        connection.ended();
        connections.remove(connection);
        connection.counters().closed(connection.closeReason());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        connection.fail(cause);
        if (cause instanceof OutOfMemoryError) {
            onAllocationFailed.run();
        }
    }
}

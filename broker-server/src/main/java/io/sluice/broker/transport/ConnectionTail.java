package io.sluice.broker.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.metrics.CloseReason;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of every connection's pipeline: what nobody else handled, and the end of the connection. */
@OwnLoop
final class ConnectionTail extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionTail.class);

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
        connections.remove(connection);
        connection.counters().closed(connection.closeReason());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            connection.close(CloseReason.RESET, "");
            return;
        }
        if (cause instanceof OutOfMemoryError) {
            connection.close(CloseReason.MEMORY, "no memory for what it sends: " + cause.getMessage());
            onAllocationFailed.run();
            return;
        }
        LOG.error("a fault of the broker closes {}", connection, cause);
        connection.close(CloseReason.INTERNAL_ERROR, String.valueOf(cause));
    }
}

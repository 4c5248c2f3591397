package io.sluice.broker.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.CloseReason;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets in as many connections as are allowed. Others are closed here, by the loop that accepts, before any other loop
 * hears of them: while they waited to be closed they would use up the descriptors.
 *
 * <p>When accepting fails, mostly for lack of descriptors: says so, waits a moment and tries again.
 */
@OwnLoop
final class Admission extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
    private static final long PAUSE_MS = 500;
    private static final long SAY_EVERY_NS = TimeUnit.MINUTES.toNanos(1);

    private final Connections connections;
    private final BrokerCounters counters;
    private final CloseLog closeLog;
    private boolean said;
    private long saidNs;
    private long faults;

    Admission(Connections connections, BrokerCounters counters, CloseLog closeLog) {
        this.connections = connections;
        this.counters = counters;
        this.closeLog = closeLog;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Channel child = (Channel) message;
        counters.accepted();
        if (connections.tryEnter()) {
            child.closeFuture().addListener(closed -> connections.leave());
            ctx.fireChannelRead(child);
            return;
        }
        counters.closed(CloseReason.CONNECTIONS);
        closeLog.log(
                CloseReason.CONNECTIONS,
                "a new connection",
                Addresses.text(child.remoteAddress()),
                connections.max() + " are open, which is connections.max; raise it, or the descriptor limit");
        SocketOptions.set(child, ChannelOption.SO_LINGER, 0);
        child.unsafe().closeForcibly();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        faults++;
        long nowNs = System.nanoTime();
        if (!said || nowNs - saidNs > SAY_EVERY_NS) {
            said = true;
            saidNs = nowNs;
            LOG.warn(
                    "cannot accept a connection ({}; {} are open, {} times so far): trying again every {} ms; raise the"
                            + " descriptor limit or lower connections.max",
                    cause.getMessage(),
                    connections.open(),
                    faults,
                    PAUSE_MS);
        }
        // Without the pause a full descriptor table would keep this loop busy failing.
        ctx.channel().config().setAutoRead(false);
        ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), PAUSE_MS, TimeUnit.MILLISECONDS);
    }
}

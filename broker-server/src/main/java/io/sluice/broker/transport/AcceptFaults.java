package io.sluice.broker.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.sluice.broker.base.OwnLoop;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** When accepting fails, mostly for lack of descriptors: says so, waits a moment and tries again. */
@OwnLoop
final class AcceptFaults extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptFaults.class);
    private static final long PAUSE_MS = 500;
    private static final long SAY_EVERY_NS = TimeUnit.MINUTES.toNanos(1);

    private final Connections connections;
    private boolean said;
    private long saidNs;
    private long faults;

    AcceptFaults(Connections connections) {
        this.connections = connections;
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

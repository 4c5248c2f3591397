package io.sluice.broker.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.metrics.CloseReason;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the first bytes of a connection, finds the protocol they belong to and makes way for it. */
@OwnLoop
final class ProtocolDetector extends ChannelInboundHandlerAdapter {
    /** The most bytes looked at before a connection counts as speaking an unknown protocol. */
    static final int MAX_BYTES = 16;

    private final Connection connection;
    private final List<WireProtocol> protocols;
    private @Nullable ByteBuf undecided;

    ProtocolDetector(Connection connection, List<WireProtocol> protocols) {
        this.connection = connection;
        this.protocols = protocols;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = joined(ctx, (ByteBuf) message);
        if (connection.isClosing()) {
            bytes.release();
            return;
        }
        boolean needsMore = false;
        for (WireProtocol protocol : protocols) {
            WireProtocol.Match match = protocol.match(bytes);
            if (match == WireProtocol.Match.YES) {
                protocol.install(connection);
                ctx.pipeline().fireChannelRead(bytes);
                return;
            }
            needsMore |= match == WireProtocol.Match.NEED_MORE;
        }
        if (needsMore && bytes.readableBytes() < MAX_BYTES) {
            undecided = bytes.copy();
            bytes.release();
            return;
        }
        String spoken = protocols.stream().map(WireProtocol::name).collect(Collectors.joining(", "));
        String looksLike = FirstBytes.describe(bytes);
        bytes.release();
        connection.close(CloseReason.UNKNOWN_PROTOCOL, "looks like " + looksLike + "; this port speaks: " + spoken);
    }

    /** What came before and now, in one buffer. */
    private ByteBuf joined(ChannelHandlerContext ctx, ByteBuf now) {
        ByteBuf before = undecided;
        if (before == null) {
            return now;
        }
        undecided = null;
        ByteBuf all = ctx.alloc().directBuffer(before.readableBytes() + now.readableBytes());
        all.writeBytes(before).writeBytes(now);
        before.release();
        now.release();
        return all;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && !connection.isClosing()) {
            if (undecided == null) {
                connection.close(CloseReason.LEFT, "");
            } else {
                connection.close(CloseReason.CUT_OFF, "closed within its first bytes");
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (undecided != null) {
            undecided.release();
            undecided = null;
        }
    }
}

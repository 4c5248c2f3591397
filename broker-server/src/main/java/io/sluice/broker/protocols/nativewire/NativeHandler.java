package io.sluice.broker.protocols.nativewire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.config.TransportConfig;
import io.sluice.broker.metrics.CloseReason;
import io.sluice.broker.session.Session;
import io.sluice.broker.session.SessionContext;
import io.sluice.broker.transport.Connection;
import io.sluice.protocol.DestinationNames;
import io.sluice.protocol.FrameDecoder;
import io.sluice.protocol.FrameSink;
import io.sluice.protocol.NativeFrames;
import java.util.concurrent.TimeUnit;

/** What a native client sends: one frame it subscribes with, then pairs of destination and payload, then goodbye. */
@OwnLoop
final class NativeHandler extends ChannelInboundHandlerAdapter implements FrameSink {
    /** What the next frame is. */
    private enum Expected {
        SUBSCRIPTION,
        DESTINATION,
        PAYLOAD
    }

    private final Connection connection;
    private final SessionContext context;
    private final NanoClock clock;
    private final FrameDecoder decoder;
    private final Session session;
    private int maxFrameBytes;
    private Expected expected = Expected.SUBSCRIPTION;
    private long readNs;

    NativeHandler(Connection connection, SessionContext context) {
        this.connection = connection;
        this.context = context;
        this.maxFrameBytes = context.settings().nativeWire().maxFrameBytes();
        this.clock = context.clock();
        this.readNs = clock.nowNs();
        this.decoder = new FrameDecoder(context.allocator(), this);
        this.session = new Session(connection, NativeEncoder.INSTANCE, maxFrameBytes, context);
        connection.onTick(this::tick);
        connection.onClosing(this::end);
        connection.onReload(this::takeSettings);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (session.isEnded() || connection.isClosing()) {
                return;
            }
            readNs = clock.nowNs();
            decodeAndRoute(in);
            session.unfinished(decoder.unfinishedBytes());
        } finally {
            in.release();
        }
    }

    private void decodeAndRoute(ByteBuf in) {
        boolean routed = false;
        try {
            decoder.decode(in);
            session.endOfRead();
            routed = true;
        } finally {
            if (!routed) {
                session.abandonRead();
            }
        }
    }

    @Override
    public int takeRun(ByteBuf frames, int index, int end) {
        return expected == Expected.DESTINATION ? session.publishRun(frames, index, end) : index;
    }

    @Override
    public boolean acceptsLength(long length) {
        if (length > maxFrameBytes) {
            connection.close(
                    CloseReason.FRAME_TOO_LONG,
                    "a frame of " + length + " bytes; native.max-frame allows " + maxFrameBytes);
            return false;
        }
        if (expected != Expected.PAYLOAD && length > DestinationNames.MAX_BYTES) {
            connection.close(
                    CloseReason.INVALID_NAME,
                    "a name of " + length + " bytes; at most " + DestinationNames.MAX_BYTES + " are allowed");
            return false;
        }
        return true;
    }

    @Override
    public boolean onFrame(ByteBuf frames, int index, int length, boolean retainable) {
        if (connection.isClosing()) {
            return false;
        }
        int content = index + NativeFrames.HEADER_BYTES;
        switch (expected) {
            case PAYLOAD:
                expected = Expected.DESTINATION;
                session.message(frames, index, length, retainable);
                return true;
            case DESTINATION:
                if (length == 0) {
                    session.goodbye();
                    return false;
                }
                expected = Expected.PAYLOAD;
                return session.publishTo(frames, content, length);
            default:
                expected = Expected.DESTINATION;
                return session.subscribe(frames, content, length);
        }
    }

    private void takeSettings() {
        maxFrameBytes = context.settings().nativeWire().maxFrameBytes();
        session.takeSettings(maxFrameBytes);
    }

    private void tick(long nowNs) {
        if (session.isPushedBack()) {
            // Not being read is not the client's fault.
            readNs = nowNs;
        }
        long silentMs = TimeUnit.NANOSECONDS.toMillis(nowNs - readNs);
        if (!session.isEnded()) {
            checkSilence(silentMs);
        }
        session.tick(nowNs);
    }

    private void checkSilence(long silentMs) {
        TransportConfig transport = context.settings().transport();
        long idleTimeoutMs = transport.idleTimeoutMs();
        if (decoder.isMidFrame() && silentMs > transport.frameTimeoutMs()) {
            connection.close(
                    CloseReason.FRAME_TIMEOUT,
                    "a frame was begun and has not advanced for " + silentMs + " ms; transport.frame-timeout allows "
                            + transport.frameTimeoutMs());
        } else if (idleTimeoutMs > 0 && silentMs > idleTimeoutMs) {
            connection.close(
                    CloseReason.IDLE_TIMEOUT,
                    "sent nothing for " + silentMs + " ms; transport.idle-timeout allows " + idleTimeoutMs);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && !connection.isClosing()) {
            if (session.isEnded()) {
                session.inputEnded();
            } else if (decoder.isMidFrame() || expected == Expected.PAYLOAD) {
                connection.close(
                        CloseReason.CUT_OFF,
                        "the stream ended within a frame, or between a destination and its payload");
            } else {
                connection.close(CloseReason.LEFT, "");
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        end();
    }

    private void end() {
        context.counters().unread(decoder.receivedBytes());
        decoder.close();
        session.onClosed();
    }
}

package io.sluice.broker.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.broker.base.NanoClock;
import io.sluice.broker.config.TransportConfig;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.CloseReason;
import java.io.IOException;
import java.util.List;

/**
 * A connection with all its handlers, as the listener makes it, over a {@link ScriptedChannel}: what is read, what the
 * kernel takes and when its loop runs is for a test to say.
 */
public final class WiredConnection {

    private final ManualLoop loop = new ManualLoop();
    private final ScriptedChannel channel;
    private final Connection connection;
    private final NanoClock clock;
    private boolean inOneGo;

    public WiredConnection(
            ScriptedChannel.Reading reading,
            List<WireProtocol> protocols,
            Connections connections,
            BrokerCounters counters,
            CloseLog closeLog,
            ByteBufAllocator allocator,
            TransportConfig transport,
            NanoClock clock) {
        this.clock = clock;
        this.channel = new ScriptedChannel(loop, reading);
        channel.config().setAllocator(allocator);
        this.connection =
                new Connection(channel, connections.nextId(), TransportKind.NIO, clock, transport, closeLog, counters);
        connections.add(connection);
        LoopTicker ticker = new LoopTicker(loop, clock);
        ticker.add(connection);
        channel.pipeline()
                .addLast(
                        new ProtocolDetector(connection, protocols),
                        new ConnectionTail(connection, connections, ticker, () -> {}));
        loop.runInside(() -> loop.register(channel));
    }

    /** Something was read; takes over the reference, as a read of the transport does. */
    public void read(ByteBuf bytes) {
        onLoop(() -> channel.pipeline().fireChannelRead(bytes).fireChannelReadComplete());
    }

    /** The client has ended its side of the stream. */
    public void endInput() {
        onLoop(() -> channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE));
    }

    /** The client has reset the connection. */
    public void reset() {
        onLoop(() -> channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer")));
    }

    /** Tells the connection the time. */
    public void tick() {
        onLoop(() -> connection.tick(clock.nowNs()));
    }

    /** Runs several of these without the loop coming to its tasks in between, as when there is more than one thing to read. */
    public void inOneGo(Runnable steps) {
        loop.runInside(() -> {
            inOneGo = true;
            steps.run();
            inOneGo = false;
        });
    }

    private void onLoop(Runnable step) {
        if (inOneGo) {
            step.run();
        } else {
            loop.runInside(step);
        }
    }

    /** What the kernel takes, and has taken. */
    public ScriptedChannel channel() {
        return channel;
    }

    /** What others have asked of this connection is done when this runs. */
    public ManualLoop loop() {
        return loop;
    }

    public boolean isOpen() {
        return channel.isOpen();
    }

    public CloseReason closeReason() {
        return connection.closeReason();
    }
}

package io.sluice.broker.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.sluice.broker.base.ManualClock;
import io.sluice.broker.config.BrokerConfig;
import io.sluice.broker.metrics.BrokerCounters;
import io.sluice.broker.metrics.CloseReason;

/** A connection over a {@link ScriptedChannel}: nothing happens unless a test says so. */
public final class TestConnection {

    private final ManualLoop loop = new ManualLoop();
    private final ManualClock clock;
    private final ScriptedChannel channel;
    private final Connection connection;
    private Runnable whenClosed = () -> {};

    /**
     * @param id as in logs
     * @param kind what the connection believes its transport is
     */
    public TestConnection(
            String id,
            ScriptedChannel.Reading reading,
            TransportKind kind,
            ManualClock clock,
            BrokerCounters counters) {
        this.clock = clock;
        this.channel = new ScriptedChannel(loop, reading);
        this.connection = new Connection(
                channel, id, kind, clock, BrokerConfig.defaults().transport(), new CloseLog(clock), counters);
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelInactive(ChannelHandlerContext ctx) {
                whenClosed.run();
                counters.closed(connection.closeReason());
            }
        });
        loop.runInside(() -> loop.register(channel));
        connection.handshakeDone();
    }

    /** Sets what runs on the loop when the channel has closed. */
    public TestConnection whenClosed(Runnable callback) {
        whenClosed = callback;
        connection.onClosing(callback);
        return this;
    }

    public ManualLoop loop() {
        return loop;
    }

    public ScriptedChannel channel() {
        return channel;
    }

    public Connection connection() {
        return connection;
    }

    public CloseReason closeReason() {
        return connection.closeReason();
    }

    /** The client has reset the connection. */
    public void reset() {
        loop.runInside(() -> connection.close(CloseReason.RESET, ""));
    }

    /** Tells the connection the time. */
    public void tick() {
        loop.runInside(() -> connection.tick(clock.nowNs()));
    }
}

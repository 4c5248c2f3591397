package io.sluice.loadtest.benchmark;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicLong;

/** A connection on a real event loop whose kernel takes everything at once and for nothing. */
final class DiscardingChannel extends AbstractChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    private final ChannelConfig config = new DefaultChannelConfig(this);
    private final AtomicLong writtenBytes = new AtomicLong();
    private volatile boolean open = true;

    DiscardingChannel() {
        super(null);
    }

    /** Bytes taken so far; from any thread. */
    long writtenBytes() {
        return writtenBytes.get();
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        long bytes = 0;
        Object message;
        while ((message = in.current()) != null) {
            int readable = ((ByteBuf) message).readableBytes();
            in.removeBytes(readable);
            bytes += readable;
        }
        writtenBytes.lazySet(writtenBytes.get() + bytes);
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new AbstractUnsafe() {
            @Override
            public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
                promise.setFailure(new UnsupportedOperationException());
            }
        };
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected SocketAddress localAddress0() {
        return new InetSocketAddress("127.0.0.1", 1);
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return new InetSocketAddress("127.0.0.1", 2);
    }

    @Override
    protected void doBind(SocketAddress address) {}

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected void doClose() {
        open = false;
    }

    @Override
    protected void doBeginRead() {}

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }
}

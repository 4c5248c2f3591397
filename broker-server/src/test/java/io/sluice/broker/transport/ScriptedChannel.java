package io.sluice.broker.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/**
 * A connection to a client whose kernel takes exactly as many bytes as a test allows. The outbound buffer is Netty's own,
 * and is read as the transports read it.
 */
public final class ScriptedChannel extends AbstractChannel {
    /** How a transport gets at the bytes to write. */
    public enum Reading {
        /** By the {@link ByteBuffer}s that the outbound buffer keeps from one attempt to the next. */
        AS_NIO,
        /** By the memory between reader and writer index, each time anew. */
        AS_EPOLL
    }

    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    private final ChannelConfig config = new DefaultChannelConfig(this);
    private final ManualLoop loop;
    private final Reading reading;
    private final ByteBuf taken = Unpooled.buffer();
    private long allowedBytes;
    private long flushes;
    private boolean open = true;

    ScriptedChannel(ManualLoop loop, Reading reading) {
        super(null);
        this.loop = loop;
        this.reading = reading;
    }

    /** Whatever is written goes out. */
    public void allowAll() {
        allow(Long.MAX_VALUE / 2);
    }

    /** So many bytes go out, now or when they are written; then no more. Runs the loop. */
    public void allow(long bytes) {
        allowedBytes += bytes;
        loop.runInside(() -> ((ScriptedUnsafe) unsafe()).flushAgain());
    }

    /** Nothing goes out any more. */
    public void block() {
        allowedBytes = 0;
    }

    /** All the kernel has taken so far. */
    public ByteBuf taken() {
        return taken;
    }

    /** How many messages were handed over and not taken. */
    public int pendingWrites() {
        ChannelOutboundBuffer buffer = unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.size();
    }

    /** How often a write to the kernel was tried. */
    public long flushes() {
        return flushes;
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        flushes++;
        if (reading == Reading.AS_NIO) {
            writeByteBuffers(in);
        } else {
            writeMemory(in);
        }
    }

    private void writeByteBuffers(ChannelOutboundBuffer in) {
        while (!in.isEmpty()) {
            ByteBuffer[] buffers = in.nioBuffers(16, 1 << 20);
            int count = in.nioBufferCount();
            if (count == 0) {
                // Nothing left of it, as of a slice that was cut before its beginning.
                in.remove();
                continue;
            }
            long written = 0;
            boolean all = true;
            for (int i = 0; i < count && all; i++) {
                ByteBuffer buffer = buffers[i];
                int bytes = (int) Math.min(allowedBytes, buffer.remaining());
                all = bytes == buffer.remaining();
                for (int k = 0; k < bytes; k++) {
                    taken.writeByte(buffer.get());
                }
                allowedBytes -= bytes;
                written += bytes;
            }
            in.removeBytes(written);
            if (!all) {
                return;
            }
        }
    }

    private void writeMemory(ChannelOutboundBuffer in) {
        Object message;
        while ((message = in.current()) != null) {
            ByteBuf buffer = (ByteBuf) message;
            if (!buffer.isReadable()) {
                in.remove();
                continue;
            }
            int bytes = (int) Math.min(allowedBytes, buffer.readableBytes());
            taken.writeBytes(buffer, buffer.readerIndex(), bytes);
            allowedBytes -= bytes;
            boolean all = bytes == buffer.readableBytes();
            in.removeBytes(bytes);
            if (!all) {
                return;
            }
        }
    }

    private final class ScriptedUnsafe extends AbstractUnsafe {
        void flushAgain() {
            flush0();
        }

        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            promise.setFailure(new UnsupportedOperationException());
        }
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new ScriptedUnsafe();
    }

    @Override
    protected boolean isCompatible(EventLoop other) {
        return other == loop;
    }

    @Override
    protected SocketAddress localAddress0() {
        return new InetSocketAddress("127.0.0.1", 25000);
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return new InetSocketAddress("127.0.0.1", 4711);
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

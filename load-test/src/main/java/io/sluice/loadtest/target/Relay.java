package io.sluice.loadtest.target;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.sluice.loadtest.net.Intake;
import io.sluice.loadtest.net.Loops;
import io.sluice.loadtest.net.ReadBuffer;
import io.sluice.protocol.DestinationNames;
import io.sluice.protocol.NativeFrames;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The least that can stand between publishers and subscribers of the native protocol, to see what this machine, its
 * sockets and Netty allow: one loop, no limits worth the name, no policies, no metrics. For each read and topic one buffer
 * that all subscribers share, with one write and one flush each; queues go round. A batch is dropped whole for a
 * subscriber that is 64 MiB behind. What comes for a destination without subscribers is discarded.
 */
public class Relay implements AutoCloseable {
    private static final int READ_BYTES = 256 * 1024;
    private static final int MOST_BEHIND_BYTES = 64 * 1024 * 1024;

    /** Frames up to so many bytes are copied in longs, which is faster than to ask for a copy of memory. */
    private static final int SHORT_FRAME_BYTES = 128;

    private final EventLoopGroup loop = Loops.single("relay");
    private final ReadBuffer reads = new ReadBuffer(READ_BYTES, PooledByteBufAllocator.DEFAULT);
    private final Channel listener;

    // Of the loop.
    private final Map<ByteBuf, Destination> destinations = new HashMap<>();
    private final List<Outlet> dirty = new ArrayList<>();

    /**
     * Listens on the loopback address.
     *
     * @param port 0 for any
     * @param sink reads and discards what comes, whatever it is
     */
    public Relay(int port, boolean sink) {
        listener = new ServerBootstrap()
                .group(loop)
                .channel(Loops.serverChannel())
                .option(ChannelOption.SO_BACKLOG, 4096)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(MOST_BEHIND_BYTES, MOST_BEHIND_BYTES))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        Intake intake = new Intake(reads);
                        channel.config().setRecvByteBufAllocator(intake.allocator());
                        channel.pipeline().addLast(sink ? new Drain(intake) : new Client(channel, intake));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .syncUninterruptibly()
                .channel();
    }

    /** The port it listens on. */
    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** Waits until it was closed. */
    public void await() throws InterruptedException {
        listener.closeFuture().await();
    }

    /** Closes all connections. May be called twice. */
    @Override
    public void close() {
        if (!loop.isShuttingDown()) {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
            reads.close();
        }
    }

    /**
     * Takes one message to where it goes. On the loop.
     *
     * @param frame where its frame begins in {@code in}, length included
     * @param bytes of the frame
     */
    void forward(Destination to, ByteBuf in, int frame, int bytes) {
        Outlet outlet = to.next();
        if (outlet == null) {
            return;
        }
        if (outlet.batch == null) {
            // Everything of this read fits, and a long beyond its end.
            outlet.batch = in.alloc().directBuffer(in.writerIndex() + Long.BYTES);
            dirty.add(outlet);
        }
        copy(in, frame, bytes, outlet.batch);
    }

    private static void copy(ByteBuf in, int from, int bytes, ByteBuf out) {
        out.ensureWritable(bytes + Long.BYTES);
        int to = out.writerIndex();
        if (bytes > SHORT_FRAME_BYTES || from + bytes + Long.BYTES > in.capacity()) {
            out.writeBytes(in, from, bytes);
            return;
        }
        for (int i = 0; i < bytes; i += Long.BYTES) {
            out.setLong(to + i, in.getLong(from + i));
        }
        out.writerIndex(to + bytes);
    }

    private void flush() {
        for (Outlet outlet : dirty) {
            ByteBuf batch = outlet.batch;
            outlet.batch = null;
            if (batch != null) {
                outlet.write(batch);
            }
        }
        dirty.clear();
    }

    private Destination destination(ByteBuf in, int index, int length) {
        Destination known = destinations.get(in.slice(index, length));
        if (known == null) {
            byte[] name = ByteBufUtil.getBytes(in, index, length);
            known = DestinationNames.isQueue(name) ? new Queue(name) : new Topic(name);
            destinations.put(Unpooled.wrappedBuffer(name), known);
        }
        return known;
    }

    /** Where bytes collect until the read they came with has been looked at. */
    abstract static class Outlet {
        @Nullable
        ByteBuf batch;

        /** Sends a batch, and releases it. */
        abstract void write(ByteBuf batch);
    }

    /** A topic or a queue. */
    abstract static class Destination {
        final byte[] name;
        final List<Client> subscribers = new ArrayList<>();

        Destination(byte[] name) {
            this.name = name;
        }

        /** Where the next message goes; null if nobody is there. */
        abstract @Nullable Outlet next();
    }

    private static final class Topic extends Destination {
        private final Outlet all = new Outlet() {
            @Override
            void write(ByteBuf batch) {
                for (Client subscriber : subscribers) {
                    subscriber.send(batch.retainedDuplicate());
                }
                batch.release();
            }
        };

        Topic(byte[] name) {
            super(name);
        }

        @Override
        @Nullable
        Outlet next() {
            return subscribers.isEmpty() ? null : all;
        }
    }

    private static final class Queue extends Destination {
        private int turn;

        Queue(byte[] name) {
            super(name);
        }

        @Override
        @Nullable
        Outlet next() {
            if (subscribers.isEmpty()) {
                return null;
            }
            turn = turn + 1 < subscribers.size() ? turn + 1 : 0;
            return subscribers.get(turn).outlet;
        }
    }

    /** Reads, and that is all. */
    private static final class Drain extends ChannelInboundHandlerAdapter {
        private final Intake intake;

        Drain(Intake intake) {
            this.intake = intake;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            intake.keepRest(in.skipBytes(in.readableBytes()));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** One connection. */
    private final class Client extends ChannelInboundHandlerAdapter {
        final Outlet outlet = new Outlet() {
            @Override
            void write(ByteBuf batch) {
                send(batch);
            }
        };
        private final Channel channel;
        private final Intake intake;
        private @Nullable Destination subscription;
        private @Nullable Destination last;

        Client(Channel channel, Intake intake) {
            this.channel = channel;
            this.intake = intake;
        }

        void send(ByteBuf batch) {
            if (channel.isWritable()) {
                channel.writeAndFlush(batch, channel.voidPromise());
            } else {
                batch.release();
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            try {
                if (subscription == null) {
                    subscribe(in);
                }
                if (subscription != null) {
                    readPairs(in);
                }
            } finally {
                flush();
                intake.keepRest(in);
            }
        }

        private void subscribe(ByteBuf in) {
            int index = in.readerIndex();
            if (in.readableBytes() < NativeFrames.HEADER_BYTES) {
                return;
            }
            int length = lengthAt(in, index);
            if (in.readableBytes() >= NativeFrames.HEADER_BYTES + length) {
                Destination destination = destination(in, index + NativeFrames.HEADER_BYTES, length);
                destination.subscribers.add(this);
                subscription = destination;
                in.skipBytes(NativeFrames.HEADER_BYTES + length);
            }
        }

        private void readPairs(ByteBuf in) {
            int index = in.readerIndex();
            int end = in.writerIndex();
            while (end - index >= NativeFrames.HEADER_BYTES) {
                int name = index + NativeFrames.HEADER_BYTES;
                int nameBytes = lengthAt(in, index);
                if (nameBytes == 0) {
                    in.skipBytes(in.readableBytes());
                    goodbye();
                    return;
                }
                int frame = name + nameBytes;
                if (end - frame < NativeFrames.HEADER_BYTES) {
                    break;
                }
                int bytes = NativeFrames.HEADER_BYTES + lengthAt(in, frame);
                if (end - frame < bytes) {
                    break;
                }
                forward(target(in, name, nameBytes), in, frame, bytes);
                index = frame + bytes;
            }
            in.readerIndex(index);
        }

        private int lengthAt(ByteBuf in, int index) {
            int length = in.getInt(index);
            if (length < 0 || length > MOST_BEHIND_BYTES) {
                throw new IllegalStateException("a frame of " + Integer.toUnsignedString(length) + " bytes");
            }
            return length;
        }

        private Destination target(ByteBuf in, int index, int length) {
            Destination same = last;
            if (same == null || !isName(same.name, in, index, length)) {
                same = destination(in, index, length);
                last = same;
            }
            return same;
        }

        private static boolean isName(byte[] name, ByteBuf in, int index, int length) {
            if (name.length != length) {
                return false;
            }
            for (int i = 0; i < length; i++) {
                if (in.getByte(index + i) != name[i]) {
                    return false;
                }
            }
            return true;
        }

        private void goodbye() {
            leave();
            flush();
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }

        private void leave() {
            Destination left = subscription;
            if (left != null) {
                left.subscribers.remove(this);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            leave();
            intake.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}

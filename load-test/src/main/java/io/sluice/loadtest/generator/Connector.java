package io.sluice.loadtest.generator;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.sluice.loadtest.net.Intake;
import io.sluice.loadtest.net.Loops;
import io.sluice.loadtest.net.ReadBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Opens the connections of a load. */
final class Connector {
    /** Connections that are opened at a time: fewer than a listener's backlog. */
    private static final int AT_A_TIME = 100;

    private static final int CONNECT_TIMEOUT_MS = 5_000;

    /** Of a slow reader, in bytes: so the broker feels it soon. */
    private static final int SMALL_RECEIVE_BUFFER = 4096;

    /** A batch may be waiting for the socket while the next is made, and no more. */
    private static final WriteBufferWaterMark WATER_MARK =
            new WriteBufferWaterMark(Tape.BATCH_BYTES / 2, Tape.BATCH_BYTES * 3 / 2);

    private final Load load;
    private final CompletableFuture<String> failure;

    Connector(Load load, CompletableFuture<String> failure) {
        this.load = load;
        this.failure = failure;
    }

    /** What a connection is for. */
    enum Role {
        PUBLISHER("publisher"),
        SUBSCRIBER("subscriber"),
        SLOW_SUBSCRIBER("slow subscriber");

        final String text;

        Role(String text) {
            this.text = text;
        }
    }

    /** What kind of connection is opened. Called on the connection's loop, but for {@link #hello}. */
    interface Kind<C extends Connection> {
        C connection(Link link, int number);

        /** What the client says first. */
        void hello(ByteBuf out, int number);
    }

    private record Opening<C>(ChannelFuture connected, CompletableFuture<C> connection) {}

    /**
     * Opens connections and says hello on each.
     *
     * @throws ConnectFailedException if one is refused
     */
    <C extends Connection> List<C> open(EventLoopGroup loop, ReadBuffer reads, int count, Role role, Kind<C> kind)
            throws InterruptedException {
        List<C> opened = new ArrayList<>(count);
        while (opened.size() < count) {
            List<Opening<C>> openings = new ArrayList<>();
            for (int i = opened.size(); i < count && openings.size() < AT_A_TIME; i++) {
                openings.add(connect(loop, reads, role, kind, i));
            }
            for (Opening<C> opening : openings) {
                opened.add(greet(opening, role, kind, opened.size(), count));
            }
        }
        return opened;
    }

    private <C extends Connection> C greet(Opening<C> opening, Role role, Kind<C> kind, int number, int count)
            throws InterruptedException {
        Throwable cause = opening.connected.await().cause();
        if (cause != null) {
            throw new ConnectFailedException("cannot connect to " + addressText(load) + " (" + role.text + " "
                    + (number + 1) + " of " + count + "): " + cause.getMessage()
                    + "; is the broker running there, and does it allow so many connections?");
        }
        Channel channel = opening.connected.channel();
        ByteBuf hello = channel.alloc().buffer();
        kind.hello(hello, number);
        channel.writeAndFlush(hello);
        return opening.connection.join();
    }

    private <C extends Connection> Opening<C> connect(
            EventLoopGroup loop, ReadBuffer reads, Role role, Kind<C> kind, int number) {
        CompletableFuture<C> connection = new CompletableFuture<>();
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(Loops.clientChannel())
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        C made = kind.connection(link(channel, reads, role, number), number);
                        channel.pipeline().addLast(made);
                        connection.complete(made);
                    }
                });
        if (role == Role.SLOW_SUBSCRIBER) {
            bootstrap.option(ChannelOption.SO_RCVBUF, SMALL_RECEIVE_BUFFER);
        }
        return new Opening<>(bootstrap.connect(load.address()), connection);
    }

    private Link link(Channel channel, ReadBuffer reads, Role role, int number) {
        Intake intake = new Intake(reads);
        channel.config().setRecvByteBufAllocator(intake.allocator());
        return new Link(
                channel,
                intake,
                load.wire().newInbound(role != Role.PUBLISHER),
                role.text + " " + (number + 1),
                failure);
    }

    static String addressText(Load load) {
        return load.address().getHostString() + ":" + load.address().getPort();
    }
}

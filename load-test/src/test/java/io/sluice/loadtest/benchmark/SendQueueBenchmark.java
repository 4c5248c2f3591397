package io.sluice.loadtest.benchmark;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sluice.broker.delivery.DeliveryEncoder;
import io.sluice.broker.delivery.SendQueue;
import io.sluice.broker.delivery.SlowLines;
import io.sluice.broker.destination.Offer;
import io.sluice.broker.message.DestinationName;
import io.sluice.broker.message.MessageBatch;
import io.sluice.broker.metrics.DropReason;
import io.sluice.broker.transport.BenchmarkConnection;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * From a publisher's thread through a send queue to the channel of its subscriber, whose event loop drains it on a thread
 * of its own. The channel discards: what remains is the hop between threads. One operation is one batch.
 */
@State(Scope.Thread)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SendQueueBenchmark {
    private static final int PAYLOAD_BYTES = 128;
    private static final int IN_FLIGHT_BYTES = 256 * 1024;

    /** So many batches may wait: enough that neither thread waits for the other's every step. */
    private static final int WINDOW = 64;

    /** Messages in a batch: one alone, or as many as fill 64 KiB. */
    @Param({"1", "496"})
    public int messages;

    private final BrokerParts broker = new BrokerParts();
    private final MultiThreadIoEventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("drain", true), transport());
    private final DiscardingChannel channel = new DiscardingChannel();
    private SendQueue queue;
    private ByteBuf frames;
    private long offeredBytes;

    private static IoHandlerFactory transport() {
        return Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    }

    @Setup
    public void setUp() {
        loops.register(channel).syncUninterruptibly();
        DestinationName name = DestinationName.of("/topic/benchmark");
        queue = new SendQueue(
                BenchmarkConnection.over(channel, broker.counters, broker.clock),
                name.toString(),
                new SameBytes(),
                broker.rules.forSubscriber(name),
                false,
                IN_FLIGHT_BYTES,
                new SlowLines(broker.clock),
                broker.clock);
        frames = Frames.payloads(messages, PAYLOAD_BYTES);
    }

    @TearDown
    public void tearDown() {
        awaitAtMost(0);
        EventLoop loop = channel.eventLoop();
        loop.submit(() -> queue.onClosed(DropReason.SUBSCRIBER_LEFT)).syncUninterruptibly();
        channel.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        frames.release();
        if (broker.memory.batches() != 0) {
            throw new IllegalStateException(broker.memory.batches() + " batches were not released");
        }
    }

    /** As fast as both can: the publisher only waits when 64 batches do. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.SECONDS)
    public void stream(Counted counted) {
        offer();
        counted.messages += messages;
        awaitAtMost((WINDOW - 1) * (long) frames.readableBytes());
    }

    /** One batch at a time: from the offer to the write, with the waking of an idle loop. */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public void hop() {
        offer();
        awaitAtMost(0);
    }

    private void offer() {
        ByteBuf duplicate = frames.retainedDuplicate();
        if (queue.offer(new MessageBatch(duplicate, messages, broker.clock.nowNs(), broker.memory)) != Offer.ACCEPTED) {
            throw new IllegalStateException("the send queue is full with " + queue.heldBytes() + " bytes");
        }
        offeredBytes += frames.readableBytes();
    }

    private void awaitAtMost(long bytes) {
        while (offeredBytes - channel.writtenBytes() > bytes) {
            Thread.onSpinWait();
        }
    }

    /** As the native protocol encodes: what goes out is what came in. */
    private static final class SameBytes implements DeliveryEncoder {
        @Override
        public ByteBuf encode(MessageBatch batch) {
            return batch.frames();
        }

        @Override
        public int messagesWithin(MessageBatch batch, int wireBytes) {
            return batch.messagesWithin(wireBytes);
        }

        @Override
        public int wireBytes(MessageBatch batch, int messages) {
            return batch.offsetOf(messages);
        }
    }
}

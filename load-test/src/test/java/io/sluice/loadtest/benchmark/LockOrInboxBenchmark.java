package io.sluice.loadtest.benchmark;

import io.netty.buffer.ByteBuf;
import io.sluice.broker.destination.Destination;
import io.sluice.broker.message.MessageBatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Timeout;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import org.openjdk.jmh.infra.Control;

/**
 * Several publishers into one destination that is serialised by a lock held for one batch, as the broker does it, or by an
 * {@link Inbox}. One operation is one batch; before it is published it is copied once, as a publisher does while it puts
 * a batch together. Choose the number of publishers with {@code -t}.
 *
 * <p>Where the two are not treated alike, it is in favour of the inbox for topics: its route is the bare loop over the
 * subscribers, without what a real destination checks. For queues the inbox routes through the real queue, whose lock,
 * then never contended, it pays on top: some 20 ns of several µs.
 */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.SECONDS)
@Threads(2)
@Timeout(time = 20)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LockOrInboxBenchmark {
    private static final int PAYLOAD_BYTES = 128;
    private static final int TOPIC_SUBSCRIBERS = 10;
    private static final int QUEUE_SUBSCRIBERS = 4;

    public enum Kind {
        TOPIC,
        QUEUE
    }

    public enum By {
        LOCK,
        INBOX
    }

    @Param
    public Kind kind;

    /** Messages in a batch: one alone, or as many as fill 64 KiB. */
    @Param({"1", "496"})
    public int messages;

    /**
     * What a publisher does before each batch, in JMH's tokens: nothing, which no publisher can; or about as much as the
     * system calls of a read cost, 1.5 µs.
     */
    @Param({"0", "1000"})
    public int workTokens;

    @Param
    public By serialised;

    private final BrokerParts broker = new BrokerParts();
    private final UnpausedPublisher publisher = new UnpausedPublisher();
    private Destination destination;
    private Inbox inbox;

    @Setup
    public void setUp() {
        destination = kind == Kind.TOPIC
                ? broker.destination("/topic/benchmark", TOPIC_SUBSCRIBERS)
                : broker.destination("/queue/benchmark", QUEUE_SUBSCRIBERS);
        inbox = new Inbox(kind == Kind.TOPIC ? topicRoute() : batch -> destination.publish(batch, publisher));
    }

    private static Consumer<MessageBatch> topicRoute() {
        DiscardingSubscriber[] subscribers = Stream.generate(DiscardingSubscriber::new)
                .limit(TOPIC_SUBSCRIBERS)
                .toArray(DiscardingSubscriber[]::new);
        return batch -> {
            batch.retain(subscribers.length);
            for (DiscardingSubscriber subscriber : subscribers) {
                subscriber.offer(batch);
            }
            batch.release();
        };
    }

    /** One publisher: its loop, what it reads, and where it puts batches together. */
    @State(Scope.Thread)
    public static class Publishing {
        private final PublisherLoop loop = new PublisherLoop();
        private final ByteBuf scratch = Frames.ALLOCATOR.directBuffer(Frames.READ_BYTES);
        private ByteBuf frames;

        @Setup
        public void setUp(LockOrInboxBenchmark benchmark) {
            frames = Frames.payloads(benchmark.messages, PAYLOAD_BYTES);
        }

        /** Nothing is left unrouted between iterations: what is would only end by an interrupt, and fail the benchmark. */
        @TearDown(Level.Iteration)
        public void finish() {
            loop.finish();
        }

        @TearDown
        public void tearDown() {
            frames.release();
            scratch.release();
        }

        private MessageBatch nextBatch(LockOrInboxBenchmark benchmark) {
            scratch.clear().writeBytes(frames, frames.readerIndex(), frames.readableBytes());
            // Not a pooled duplicate: given back by another thread it would cost more, which in the broker is so either
            // way.
            ByteBuf content = frames.duplicate().retain();
            return new MessageBatch(
                    content, benchmark.messages, benchmark.broker.clock.nowNs(), benchmark.broker.memory);
        }
    }

    @Benchmark
    public void publish(Publishing own, Counted counted, Control control) {
        Blackhole.consumeCPU(workTokens);
        // JMH lets no thread finish before all have left their last operation: so none may wait there for another.
        if (!own.loop.awaitTurn(() -> control.stopMeasurement)) {
            return;
        }
        MessageBatch batch = own.nextBatch(this);
        if (serialised == By.LOCK) {
            destination.publish(batch, publisher);
        } else {
            inbox.publish(batch, own.loop);
        }
        counted.messages += messages;
    }
}

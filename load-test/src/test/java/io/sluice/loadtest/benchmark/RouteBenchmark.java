package io.sluice.loadtest.benchmark;

import io.netty.buffer.ByteBuf;
import io.sluice.broker.destination.Destination;
import io.sluice.broker.destination.Offer;
import io.sluice.broker.message.DestinationKind;
import io.sluice.broker.message.DestinationName;
import io.sluice.broker.message.MessageBatch;
import io.sluice.protocol.NativeFrames;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Finding a destination by its name and publishing a batch of 64 KiB to it, one operation each. */
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RouteBenchmark {
    /** A destination, and how many subscribers it has. */
    @Param({"/topic/benchmark 1", "/topic/benchmark 10", "/topic/benchmark 100", "/queue/benchmark 4"})
    public String subscribed;

    /** Bytes of a payload. */
    @Param({"16", "128"})
    public int payloadBytes;

    private final BrokerParts broker = new BrokerParts();
    private final UnpausedPublisher publisher = new UnpausedPublisher();
    private DestinationName name;
    private ByteBuf frames;
    private int messages;
    private int deliveries;

    @Setup
    public void setUp() {
        String[] parts = subscribed.split(" ", -1);
        int subscribers = Integer.parseInt(parts[1]);
        name = broker.destination(parts[0], subscribers).name();
        messages = Frames.READ_BYTES / (NativeFrames.HEADER_BYTES + payloadBytes);
        deliveries = messages * (name.kind() == DestinationKind.QUEUE ? 1 : subscribers);
        frames = Frames.payloads(messages, payloadBytes);
    }

    @TearDown
    public void tearDown() {
        frames.release();
        if (broker.memory.batches() != 0) {
            throw new IllegalStateException(broker.memory.batches() + " batches were not released");
        }
    }

    @Benchmark
    public Offer publish(Counted counted, Delivered delivered) {
        MessageBatch batch =
                new MessageBatch(frames.retainedDuplicate(), messages, broker.clock.nowNs(), broker.memory);
        Destination destination = Objects.requireNonNull(broker.destinations.find(name));
        counted.messages += messages;
        delivered.deliveries += deliveries;
        return destination.publish(batch, publisher);
    }
}

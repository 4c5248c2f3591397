package io.sluice.loadtest.benchmark;

import io.netty.buffer.ByteBuf;
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

/**
 * One buffer that all subscribers of a topic share by reference count, as the broker does it, against a copy for each. One
 * operation is one batch for all, from the first reference to the last release.
 */
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FanOutBenchmark {
    private static final int PAYLOAD_BYTES = 128;

    @Param({"1", "10", "100"})
    public int subscribers;

    /** Messages in the batch: one alone, or as many as fill 64 KiB. */
    @Param({"1", "496"})
    public int messages;

    private ByteBuf frames;
    private ByteBuf[] views;

    @Setup
    public void setUp() {
        frames = Frames.payloads(messages, PAYLOAD_BYTES);
        views = new ByteBuf[subscribers];
    }

    @TearDown
    public void tearDown() {
        frames.release();
    }

    @Benchmark
    public ByteBuf[] shared(Delivered delivered) {
        for (int i = 0; i < subscribers; i++) {
            views[i] = frames.retainedDuplicate();
        }
        return sent(delivered);
    }

    @Benchmark
    public ByteBuf[] copied(Delivered delivered) {
        int bytes = frames.readableBytes();
        for (int i = 0; i < subscribers; i++) {
            views[i] = Frames.ALLOCATOR.directBuffer(bytes).writeBytes(frames, frames.readerIndex(), bytes);
        }
        return sent(delivered);
    }

    private ByteBuf[] sent(Delivered delivered) {
        for (ByteBuf view : views) {
            view.release();
        }
        delivered.deliveries += (long) messages * subscribers;
        return views;
    }
}

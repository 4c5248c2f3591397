package io.sluice.loadtest.benchmark;

import io.netty.buffer.ByteBuf;
import io.sluice.protocol.FrameDecoder;
import io.sluice.protocol.FrameSink;
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

/** Finding frames in reads of 64 KiB, one operation each, and doing nothing with them. */
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecodeBenchmark {
    private static final String DESTINATION = "/topic/benchmark";

    /** Bytes of a payload. */
    @Param({"16", "128", "1024"})
    public int payloadBytes;

    private final SummingSink sink = new SummingSink();
    private final FrameDecoder decoder = new FrameDecoder(Frames.ALLOCATOR, sink);
    private ByteBuf read;
    private int messages;

    @Setup
    public void setUp() {
        read = Frames.read(DESTINATION, payloadBytes);
        messages = Frames.pairsInRead(DESTINATION, payloadBytes);
        ByteBuf lead = Frames.lead(DESTINATION, payloadBytes);
        decoder.decode(lead);
        lead.release();
    }

    @TearDown
    public void tearDown() {
        decoder.close();
        read.release();
    }

    @Benchmark
    public long frames(Counted counted) {
        decoder.decode(read.readerIndex(0));
        counted.messages += messages;
        return sink.contentBytes;
    }

    private static final class SummingSink implements FrameSink {
        long contentBytes;

        @Override
        public boolean acceptsLength(long length) {
            return length <= Frames.READ_BYTES;
        }

        @Override
        public boolean onFrame(ByteBuf frames, int index, int length, boolean retainable) {
            contentBytes += length;
            return true;
        }
    }
}

package io.sluice.loadtest.benchmark;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.FastThreadLocal;
import io.sluice.broker.protocols.nativewire.NativeProtocol;
import io.sluice.broker.transport.BenchmarkConnection;
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
 * All that a publisher's event loop does with a read of 64 KiB, one operation each: the native protocol's handler, the
 * session, the batch and its destination, up to a subscriber that discards. Only the socket is missing.
 */
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class InboundBenchmark {
    /** Where the messages go; the topic has one subscriber. */
    @Param({"/null", "/topic/benchmark"})
    public String destination;

    /** Bytes of a payload. */
    @Param({"16", "128", "1024"})
    public int payloadBytes;

    private final BrokerParts broker = new BrokerParts();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private ByteBuf read;
    private int messages;
    private long published;

    @Setup
    public void setUp() {
        if (!destination.equals("/null")) {
            broker.destination(destination, 1);
        }
        BenchmarkConnection.detect(
                BenchmarkConnection.over(channel, broker.counters, broker.clock),
                new NativeProtocol(broker.sessionContext()));
        channel.pipeline().fireChannelRead(Frames.subscription("/null"));
        channel.pipeline().fireChannelRead(Frames.lead(destination, payloadBytes));
        read = Frames.read(destination, payloadBytes);
        messages = Frames.pairsInRead(destination, payloadBytes);
    }

    @TearDown
    public void tearDown() {
        long received = broker.counters.totals().messagesIn();
        channel.close();
        read.release();
        // The scratch buffer that all batch builders of a loop share; a loop gives it back when it ends.
        FastThreadLocal.removeAll();
        if (received != published) {
            throw new IllegalStateException(published + " messages were published, " + received + " came in");
        }
    }

    @Benchmark
    public void read(Counted counted) {
        // The handler releases what it is given, as it does the read buffer that its loop shares.
        channel.pipeline().fireChannelRead(read.readerIndex(0).retain());
        published += messages;
        counted.messages += messages;
    }
}

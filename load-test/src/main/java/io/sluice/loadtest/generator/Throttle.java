package io.sluice.loadtest.generator;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.sluice.loadtest.net.Intake;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads a connection as slowly as asked. Belongs to the connection's loop. */
final class Throttle {
    private static final long LEAST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Channel channel;
    private final Intake intake;
    private final SlowReader reader;
    private @Nullable Future<?> ticks;
    private double allowedBytes;
    private long tickedAtNs;

    Throttle(Channel channel, Intake intake, SlowReader reader) {
        this.channel = channel;
        this.intake = intake;
        this.reader = reader;
    }

    SlowReader reader() {
        return reader;
    }

    /** Reads slowly from now on. */
    void begin() {
        if (!channel.isActive()) {
            return;
        }
        // One byte, as a read that was under way may still happen.
        intake.limit(1);
        channel.config().setAutoRead(false);
        if (reader.bytesPerSecond() > 0) {
            tickedAtNs = System.nanoTime();
            allowedBytes = 0;
            long pauseNs = Math.max(LEAST_PAUSE_NS, TimeUnit.SECONDS.toNanos(1) / reader.bytesPerSecond());
            ticks = channel.eventLoop().scheduleAtFixedRate(this::tick, pauseNs, pauseNs, TimeUnit.NANOSECONDS);
        }
    }

    private void tick() {
        long nowNs = System.nanoTime();
        // What was not used is not saved up for long: a second's worth at most.
        allowedBytes = Math.min(
                Math.max(1.0, (double) reader.bytesPerSecond()),
                allowedBytes + (nowNs - tickedAtNs) / 1e9 * reader.bytesPerSecond());
        tickedAtNs = nowNs;
        if (allowedBytes >= 1) {
            intake.limit((int) allowedBytes);
            channel.read();
        }
    }

    /** So many bytes were read. */
    void onRead(int bytes) {
        allowedBytes -= bytes;
    }

    /** Reads as fast as it can again. */
    void end() {
        close();
        intake.limit(Integer.MAX_VALUE);
        if (channel.isActive()) {
            channel.config().setAutoRead(true);
        }
    }

    /** Stops the clock. May be called twice. */
    void close() {
        if (ticks != null) {
            ticks.cancel(false);
            ticks = null;
        }
    }
}

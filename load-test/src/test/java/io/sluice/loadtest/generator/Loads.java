package io.sluice.loadtest.generator;

import io.sluice.loadtest.wire.WireFormat;
import io.sluice.loadtest.wire.WireFormats;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** Short loads for tests, on brokers on this machine. */
final class Loads {
    private WireFormat wire = WireFormats.of("native");
    private final int port;
    private boolean queue;
    private int destinations = 1;
    private int publishers = 1;
    private int subscribers = 1;
    private List<SlowReader> slow = List.of();
    private Sizes sizes = Sizes.fixed(64);
    private double rate;
    private int window = 1024;
    private Duration duration = Duration.ofMillis(250);

    /** Long: it is only waited for while something is missing, and a busy machine may stand still for a while. */
    private Duration drain = Duration.ofSeconds(10);

    Loads(int port) {
        this.port = port;
    }

    Loads wire(String name) {
        wire = WireFormats.of(name);
        return this;
    }

    Loads queue() {
        queue = true;
        return this;
    }

    Loads connections(int publishers, int subscribers, int destinations) {
        this.publishers = publishers;
        this.subscribers = subscribers;
        this.destinations = destinations;
        return this;
    }

    Loads slow(SlowReader... readers) {
        slow = List.of(readers);
        return this;
    }

    Loads sizes(String text) {
        sizes = Sizes.parse(text);
        return this;
    }

    Loads rate(double perSecond) {
        rate = perSecond;
        return this;
    }

    Loads window(int messages) {
        window = messages;
        return this;
    }

    Loads duration(Duration measured) {
        duration = measured;
        return this;
    }

    /** For those where something stays missing. */
    Loads drain(Duration silence) {
        drain = silence;
        return this;
    }

    Load load() {
        return new Load(
                wire,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                queue,
                destinations,
                "t" + Long.toString(System.nanoTime(), 36),
                publishers,
                subscribers,
                slow,
                sizes,
                rate,
                window,
                Duration.ofMillis(100),
                duration,
                drain);
    }

    Measurement run() throws InterruptedException {
        return Generator.run(load(), (second, done) -> {});
    }
}

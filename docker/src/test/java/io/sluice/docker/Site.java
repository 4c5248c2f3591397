package io.sluice.docker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.testcontainers.containers.Network;

/**
 * A network of its own with a broker, named {@code broker}, and tools that talk to it, each in a container. Closing it removes
 * them all.
 */
final class Site implements AutoCloseable {
    /** For everything that only a hang would exceed. */
    static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Network network = Network.newNetwork();
    private final List<SluiceContainer> containers = new ArrayList<>();

    /** The network's id. */
    String network() {
        return network.getId();
    }

    /** Starts the broker with default settings and waits until it is ready. */
    SluiceContainer broker() {
        return broker(container -> container);
    }

    /** Starts the broker, in a container that is made like this, and waits until it is ready. */
    SluiceContainer broker(UnaryOperator<SluiceContainer> made) {
        return made.apply(add(new SluiceContainer("broker")).withNetworkAliases("broker"))
                .untilItSays("ready at ")
                .begun();
    }

    /** Starts a broker with variables that do not let it become ready. */
    SluiceContainer broken(Map<String, String> variables) {
        return add(new SluiceContainer("broker")).withEnv(variables).begun();
    }

    /** Starts {@code sluice listen} and waits until it is connected. */
    SluiceContainer listen(String... options) {
        return tool("listen", options).untilItSays("I am ").begun();
    }

    /** Starts {@code sluice send} and waits until it is connected, or has ended. */
    SluiceContainer send(String... options) {
        return tool("send", options).untilItSays("I am ").begun();
    }

    private SluiceContainer tool(String command, String... options) {
        return add(new SluiceContainer(Stream.concat(Stream.of(command, "-h", "broker"), Arrays.stream(options))
                .toArray(String[]::new)));
    }

    private SluiceContainer add(SluiceContainer container) {
        containers.add(container);
        return container.withNetwork(network);
    }

    @Override
    public void close() {
        containers.forEach(SluiceContainer::close);
        network.close();
    }
}

package io.sluice.cli;

import io.sluice.client.ClientOptions;
import io.sluice.client.ConnectionListener;
import io.sluice.protocol.DestinationNames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Where the broker is and how to get there: options that every command has which talks to one. */
final class BrokerOptions {
    @Option(
            names = {"-h", "--host"},
            paramLabel = "HOST",
            description = "Name or address of the broker's host (default: ${DEFAULT-VALUE}).")
    private String host = "127.0.0.1";

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            description = "TCP port of the broker, 1 to 65535 (default: ${DEFAULT-VALUE}).")
    private int port = 25_000;

    @Option(
            names = "--connect-timeout",
            paramLabel = "SECONDS",
            defaultValue = "5",
            converter = Seconds.Converter.class,
            description = "How long an attempt to connect may take, in seconds (default: ${DEFAULT-VALUE}).")
    private Seconds connectTimeout = new Seconds(5_000_000_000L);

    @Option(
            names = "--retry",
            description = "Try again when the first attempt to connect fails, as after a lost connection (default: end "
                    + "with exit code 3).")
    private boolean retry;

    /**
     * What the client library is told.
     *
     * @throws ParameterException if it can never connect so
     */
    ClientOptions forClient(CommandSpec command, ConnectionListener listener) {
        if (host.isBlank()) {
            throw new ParameterException(command.commandLine(), "--host is empty");
        }
        if (port < 1 || port > 65_535) {
            throw new ParameterException(command.commandLine(), "--port " + port + " is not between 1 and 65535");
        }
        if (connectTimeout.ns() < 1_000_000) {
            throw new ParameterException(command.commandLine(), "--connect-timeout is not at least 0.001");
        }
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return ClientOptions.of(bare, port)
                .withConnectTimeout(Duration.ofNanos(connectTimeout.ns()))
                .withRetryFirst(retry)
                // Somebody watches: rather soon than gently.
                .withReconnectPauses(Duration.ofMillis(100), Duration.ofSeconds(2))
                .withListener(listener);
    }

    /** Refuses a name that no broker would take. */
    static void checkDestination(String name, CommandSpec command) {
        String problem = DestinationNames.problem(name.getBytes(StandardCharsets.UTF_8));
        if (problem != null) {
            throw new ParameterException(
                    command.commandLine(), "invalid destination '" + TerminalText.of(name) + "': " + problem);
        }
    }

    static boolean isQueue(String destination) {
        return DestinationNames.isQueue(destination.getBytes(StandardCharsets.UTF_8));
    }
}

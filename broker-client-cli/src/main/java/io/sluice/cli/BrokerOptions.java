package io.sluice.cli;

import io.sluice.protocol.DestinationNames;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Where the broker is: options that every command has which talks to one. */
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

    /** Refuses what can never be connected to. */
    void check(CommandSpec command) {
        if (host.isBlank()) {
            throw new ParameterException(command.commandLine(), "--host is empty");
        }
        if (port < 1 || port > 65_535) {
            throw new ParameterException(command.commandLine(), "--port " + port + " is not between 1 and 65535");
        }
    }

    /** @param timeoutMs for each address of the host */
    Connection connect(int timeoutMs) {
        return Connection.open(host, port, timeoutMs);
    }

    /** The name's bytes, if a broker would take it. */
    static byte[] destination(String name, CommandSpec command) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        String problem = DestinationNames.problem(utf8);
        if (problem != null) {
            throw new ParameterException(
                    command.commandLine(), "invalid destination '" + TerminalText.of(name) + "': " + problem);
        }
        return utf8;
    }
}

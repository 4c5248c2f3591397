package io.sluice.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "listen",
        description = {
            "Subscribes to a destination and prints one line per message.",
            "",
            "Control characters in a message are shown escaped (\\n, \\x1b, \\xff). Standard output carries messages only."
        })
final class ListenCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli's alone
    private StandardOptions standardOptions = new StandardOptions();

    @Mixin
    private BrokerOptions broker = new BrokerOptions();

    @Option(
            names = {"-t", "--destination"},
            paramLabel = "DESTINATION",
            description =
                    "What to subscribe to: a topic, or a queue if it begins with /queue/ (default: ${DEFAULT-VALUE}).")
    private String destination = "/topic/foo";

    @Option(
            names = {"-C", "--count"},
            paramLabel = "COUNT",
            description = "Ends after this number of messages (default: no limit).")
    private @Nullable Long count;

    @Option(
            names = {"-W", "--wait"},
            paramLabel = "SECONDS",
            converter = Seconds.Converter.class,
            description = "Ends with exit code 5 after this time in seconds, such as 5 or 0.25 (default: no limit).")
    private @Nullable Seconds wait;

    ListenCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        broker.check(spec);
        byte[] destinationUtf8 = BrokerOptions.destination(destination, spec);
        Listener.Limits limits = limits();
        String id = ClientId.random();
        console.note("Starting up " + id);
        try (Connection connection = broker.connect(connectTimeoutMs(limits))) {
            console.note("I am " + connection.localText());
            MessagePrinter printer = new MessagePrinter(console.out(), id);
            return ShutdownHook.guard(new Listener(connection, destinationUtf8, printer, limits, console), console);
        }
    }

    private Listener.Limits limits() {
        if (count != null && count < 1) {
            throw new ParameterException(spec.commandLine(), "--count " + count + " is not at least 1");
        }
        if (wait != null && wait.ns() == 0) {
            throw new ParameterException(spec.commandLine(), "--wait 0 leaves no time; leave it out to wait for ever");
        }
        return new Listener.Limits(
                count == null ? Listener.Limits.NONE : count, wait == null ? Listener.Limits.NONE : wait.ns());
    }

    private static int connectTimeoutMs(Listener.Limits limits) {
        long waitMs = TimeUnit.NANOSECONDS.toMillis(limits.waitNs());
        // Not 0, which means for ever.
        return (int) Math.max(1, Math.min(waitMs, Connection.DEFAULT_CONNECT_TIMEOUT_MS));
    }
}

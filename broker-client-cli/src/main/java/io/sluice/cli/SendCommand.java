package io.sluice.cli;

import io.sluice.protocol.NativeFrames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "send",
        description = {
            "Publishes messages to a destination.",
            "",
            "At the end it waits up to 10 s for the broker's confirmation and reports, on standard error, how many "
                    + "messages were sent, confirmed (the broker has routed them), in doubt and dropped."
        })
final class SendCommand implements Callable<Integer> {
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
                    "Where to publish: a topic, or a queue if it begins with /queue/ (default: ${DEFAULT-VALUE}).")
    private String destination = "/topic/foo";

    @Option(
            names = {"-m", "--message"},
            paramLabel = "TEXT",
            description = "The message; sent once unless --count is given (default: 'Msg NUMBER from ID').")
    private @Nullable String message;

    @Option(
            names = {"-C", "--count"},
            paramLabel = "COUNT",
            description = "Ends after this number of messages (default: no limit; 1 with --message).")
    private @Nullable Long count;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "SECONDS",
            defaultValue = "1",
            converter = Seconds.Converter.class,
            description = "Time from one message to the next in seconds, such as 0.25; "
                    + "0: as fast as possible (default: ${DEFAULT-VALUE}).")
    private Seconds interval = new Seconds(1_000_000_000);

    @Option(
            names = {"-s", "--size"},
            paramLabel = "BYTES",
            description = "Size of a message in bytes; the text is filled up with dots (default: as long as the text).")
    private @Nullable Integer size;

    SendCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        broker.check(spec);
        byte[] destinationUtf8 = BrokerOptions.destination(destination, spec);
        String id = ClientId.random();
        Sender.Plan plan = new Sender.Plan(payloads(id), messages(), interval.ns());
        console.note("Starting up " + id);
        try (Connection connection = broker.connect(Connection.DEFAULT_CONNECT_TIMEOUT_MS)) {
            console.note("I am " + connection.localText());
            return ShutdownHook.guard(
                    new Sender(connection, destinationUtf8, plan, console, Sender.DEFAULT_CONFIRMATION_TIMEOUT_MS),
                    console);
        }
    }

    private long messages() {
        if (count == null) {
            return message == null ? Sender.Plan.FOR_EVER : 1;
        }
        if (count < 1) {
            throw usage("--count " + count + " is not at least 1");
        }
        return count;
    }

    private LongFunction<byte[]> payloads(String id) {
        if (message != null) {
            return fixedPayload(message);
        }
        if (size == null) {
            return new NumberedText(id, NumberedText.NATURAL_SIZE);
        }
        int smallest = NumberedText.smallestBytes(messages(), id);
        if (size < smallest) {
            String last = count == null ? "of any number" : "number " + count;
            throw usage("--size " + size + " is too small: a message " + last + " takes up to " + smallest
                    + " bytes; give --size " + smallest + " or more, or your own text with --message");
        }
        checkFits(size);
        return new NumberedText(id, size);
    }

    private LongFunction<byte[]> fixedPayload(String text) {
        if (size != null) {
            throw usage("--size fills up the default message and does not go with --message");
        }
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        checkFits(payload.length);
        return number -> payload;
    }

    private void checkFits(int bytes) {
        if (bytes > NativeFrames.DEFAULT_MAX_FRAME_BYTES) {
            throw usage("a message of " + bytes + " bytes is too large, at most " + NativeFrames.DEFAULT_MAX_FRAME_BYTES
                    + " are taken");
        }
    }

    private ParameterException usage(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }
}

package io.sluice.cli;

import io.sluice.client.ClientOptions;
import io.sluice.client.Message;
import io.sluice.client.SluiceClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice listen}. */
@Command(
        name = "listen",
        description = {
            "Subscribes to destinations and prints their messages, one per line. Connects again when the connection is "
                    + "lost, and says how long it was away.",
            "",
            "Standard output carries messages only; everything else goes to standard error."
        })
final class ListenCommand implements Callable<Integer> {
    /** How messages are written; {@code --format} takes the names in lower case. */
    enum Format {
        TEXT,
        LINE,
        HEX,
        BASE64,
        JSON,
        RAW
    }

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
            names = {"-t", "--listen", "--destination"},
            paramLabel = "DESTINATION",
            defaultValue = "/topic/foo",
            description =
                    "What to subscribe to: a topic, or a queue if it begins with /queue/; may be given several times "
                            + "(default: ${DEFAULT-VALUE}).")
    private List<String> destinations = List.of();

    @Option(
            names = {"-C", "--count"},
            paramLabel = "COUNT",
            description = "End after this number of messages; what a queue had sent ahead goes back to its end "
                    + "(default: no limit).")
    private @Nullable Long count;

    @Option(
            names = {"-W", "--timeout"},
            paramLabel = "SECONDS",
            converter = Seconds.Converter.class,
            description =
                    "End with exit code 5 when no message came for this time in seconds, such as 5 or 0.25 (default: "
                            + "no limit).")
    private @Nullable Seconds timeout;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description =
                    "How messages are printed: text (control characters escaped as \\n, \\x1b, \\xff), line (the bytes and a line end), hex, base64, "
                            + "json (an object a line: time, destination, size in bytes, payload, encoding of the payload), raw "
                            + "(the bytes alone, without line ends) (default: ${DEFAULT-VALUE}).")
    private Format format = Format.TEXT;

    @Option(
            names = "--dump",
            paramLabel = "FOLDER",
            description =
                    "Put each message into a new numbered file there, message-000001 and so on, instead of printing "
                            + "it; files that exist are never overwritten (default: print).")
    private @Nullable Path dump;

    @Option(
            names = {"-q", "--quiet"},
            description =
                    "Print no messages, but how many came and how fast: on a terminal each second, elsewhere every 10 "
                            + "s, and at the end (default: print messages).")
    private boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            description =
                    "Print with each message what it was received from; with --dump, tell each file on standard error "
                            + "(default: no).")
    private boolean verbose;

    ListenCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        // The same twice would print every message twice.
        List<String> distinct = destinations.stream().distinct().toList();
        for (String destination : distinct) {
            BrokerOptions.checkDestination(destination, spec);
        }
        Listener.Limits limits = limits();
        MissingNumbers missing = new MissingNumbers();
        ConnectionNews news = new ConnectionNews(console, missing::interrupted);
        String id = ClientId.random();
        MessageSink sink = sink(id);
        ClientOptions options = broker.forClient(spec, news);
        console.note("Starting up " + id);
        distinct.stream()
                .filter(name -> name.matches(".*[*#+>].*"))
                .forEach(
                        name -> console.note(TerminalText.of(name) + " is taken as it stands: there are no wildcards"));
        try (SluiceClient client = SluiceClient.create(options)) {
            RateLine rate = quiet ? new RateLine(console, System.nanoTime()) : null;
            Listener listener = new Listener(client, distinct, sink, limits, console, news, missing, rate);
            int exitCode = ShutdownHook.guard(listener, console);
            boolean returned = listener.hasReturnedAll(client.close(Duration.ofSeconds(10)));
            return returned || exitCode != ExitCode.OK ? exitCode : ExitCode.FAILED;
        }
    }

    private Listener.Limits limits() {
        if (count != null && count < 1) {
            throw usage("--count " + count + " is not at least 1");
        }
        if (timeout != null && timeout.ns() == 0) {
            throw usage("--timeout 0 leaves no time; leave it out to wait for ever");
        }
        return new Listener.Limits(
                count == null ? Listener.Limits.NONE : count, timeout == null ? Listener.Limits.NONE : timeout.ns());
    }

    private MessageSink sink(String id) {
        boolean formatGiven = spec.commandLine().getParseResult().hasMatchedOption("--format");
        if (dump != null) {
            if (formatGiven) {
                throw usage("--format is for printing and does not go with --dump, which keeps the bytes as they are");
            }
            makeFolder(dump);
            return new DumpFolder(dump, console, verbose);
        }
        if (quiet) {
            if (formatGiven) {
                throw usage("--format is for printing and does not go with --quiet");
            }
            return new Nowhere();
        }
        if (verbose && (format == Format.RAW || format == Format.LINE)) {
            throw usage("--verbose does not go with --format raw and line, which are the bytes of the messages alone");
        }
        return new MessagePrinter(console.out(), format(id));
    }

    private void makeFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw usage("--dump " + folder + " is no folder and cannot be made: " + Reasons.of(e));
        }
    }

    private MessageFormat format(String id) {
        return switch (format) {
            case TEXT -> MessageFormat.text(id, verbose);
            case LINE -> MessageFormat.line();
            case HEX -> MessageFormat.hex(verbose);
            case BASE64 -> MessageFormat.base64(verbose);
            case JSON -> MessageFormat.json();
            case RAW -> MessageFormat.raw();
        };
    }

    private ParameterException usage(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }

    /** For those who only count. */
    private static final class Nowhere implements MessageSink {
        @Override
        public void take(Message message) {}

        @Override
        public void flush() {}
    }
}

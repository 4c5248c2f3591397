package io.sluice.cli;

import io.sluice.client.ClientOptions;
import io.sluice.client.SluiceClient;
import io.sluice.protocol.NativeFrames;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice send}. */
@Command(
        name = "send",
        description = {
            "Publishes messages to a destination: without -m, -f, -l or -s 'Msg NUMBER from ID', again and again.",
            "",
            "While the broker is away messages wait, up to 16 MiB. At the end it waits for the broker's confirmation and "
                    + "reports on standard error how many messages were sent, confirmed (the broker has routed them), in doubt "
                    + "(sent, but the connection broke) and dropped (never sent)."
        })
final class SendCommand implements Callable<Integer> {
    private static final int MAX_BYTES = NativeFrames.DEFAULT_MAX_FRAME_BYTES;
    private static final long MAX_RATE = 1_000_000_000;

    private final Console console;
    private final InputStream in;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli's alone
    private StandardOptions standardOptions = new StandardOptions();

    @Mixin
    private BrokerOptions broker = new BrokerOptions();

    @Option(
            names = {"-t", "--channel", "--destination"},
            paramLabel = "DESTINATION",
            description =
                    "Where to publish: a topic, or a queue if it begins with /queue/ (default: ${DEFAULT-VALUE}).")
    private String destination = "/topic/foo";

    @ArgGroup
    private What what = new What();

    @ArgGroup
    private Pace pace = new Pace();

    @Option(
            names = {"-C", "--count"},
            paramLabel = "COUNT",
            description = "End after this number of messages (default: 1 with -m, -f and -s, otherwise no limit).")
    private @Nullable Long count;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            description =
                    "Size of a message in bytes: the default text filled up with dots; at least as long as the text, "
                            + "which is 19 bytes or more (default: as long as the text).")
    private @Nullable Integer size;

    @Option(
            names = "--confirm-timeout",
            paramLabel = "SECONDS",
            defaultValue = "10",
            converter = Seconds.Converter.class,
            description = "How long to wait for the broker's confirmation at the end, in seconds (default: "
                    + "${DEFAULT-VALUE}).")
    private Seconds confirmTimeout = new Seconds(TimeUnit.SECONDS.toNanos(10));

    SendCommand(Console console, InputStream in) {
        this.console = console;
        this.in = in;
    }

    /** What to send: one of these, or none. */
    static final class What {
        @Option(
                names = {"-m", "--message"},
                paramLabel = "TEXT",
                description = "The message; sent once unless --count is given (default: the numbered text).")
        private @Nullable String message;

        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description =
                        "A file whose content is the message, at most 16777215 bytes; sent once unless --count is "
                                + "given (default: no).")
        private @Nullable Path file;

        @Option(
                names = {"-l", "--lines"},
                description =
                        "Each line of standard input is a message, sent as it comes unless --interval or --rate is "
                                + "given (default: no).")
        private boolean lines;

        @Option(
                names = {"-s", "--stdin"},
                description =
                        "All of standard input is one message, at most 16777215 bytes; sent once unless --count is "
                                + "given (default: no).")
        private boolean stdin;
    }

    /** How fast to send: one of these, or none. */
    static final class Pace {
        @Option(
                names = {"-i", "--interval"},
                paramLabel = "SECONDS",
                converter = Seconds.Converter.class,
                description =
                        "Time from one message to the next in seconds, such as 0.25; 0: as fast as possible (default: "
                                + "1; with -l as fast as lines come).")
        private @Nullable Seconds interval;

        @Option(
                names = "--rate",
                paramLabel = "N",
                description = "Messages a second, such as 10000, instead of --interval (default: one a second).")
        private @Nullable Double rate;
    }

    @Override
    public Integer call() throws Exception {
        BrokerOptions.checkDestination(destination, spec);
        String id = ClientId.random();
        Duration confirm = Duration.ofNanos(confirmTimeout.ns());
        ConnectionNews news = new ConnectionNews(console);
        // Before anything is read: who mistyped the pace should not have to type the input again.
        Sender.Plan plan = new Sender.Plan(payloads(id), messages(), intervalNs());
        ClientOptions options = broker.forClient(spec, news);
        console.note("Starting up " + id);
        try (SluiceClient client = SluiceClient.connect(options)) {
            return ShutdownHook.guard(new Sender(client, destination, plan, console, news, confirm), console);
        }
    }

    private boolean isOnce() {
        return what.message != null || what.file != null || what.stdin;
    }

    private long messages() {
        if (count == null) {
            return isOnce() ? 1 : Sender.Plan.FOR_EVER;
        }
        if (count < 1) {
            throw usage("--count " + count + " is not at least 1");
        }
        return count;
    }

    private long intervalNs() {
        if (pace.rate != null) {
            // Written so that a NaN is refused too.
            if (!(pace.rate > 0 && pace.rate <= MAX_RATE)) {
                throw usage("--rate " + pace.rate + " is not more than 0 and at most " + MAX_RATE);
            }
            return (long) (TimeUnit.SECONDS.toNanos(1) / pace.rate);
        }
        if (pace.interval != null) {
            return pace.interval.ns();
        }
        return what.lines ? 0 : TimeUnit.SECONDS.toNanos(1);
    }

    private PayloadSource payloads(String id) throws IOException {
        if (isOnce() || what.lines) {
            if (size != null) {
                throw usage("--size fills up the default message and goes with none of -m, -f, -l and -s");
            }
            return what.lines ? PayloadSource.lines(in, MAX_BYTES) : PayloadSource.fixed(oneMessage());
        }
        if (size == null) {
            return new NumberedText(id, NumberedText.NATURAL_SIZE)::apply;
        }
        int smallest = NumberedText.smallestBytes(messages(), id);
        if (size < smallest) {
            String last = count == null ? "of any number" : "number " + count;
            throw usage("--size " + size + " is too small: a message " + last + " takes up to " + smallest
                    + " bytes; give --size " + smallest + " or more, or your own text with --message");
        }
        checkFits(size, "a message of");
        return new NumberedText(id, size)::apply;
    }

    private byte[] oneMessage() throws IOException {
        if (what.message != null) {
            byte[] text = what.message.getBytes(StandardCharsets.UTF_8);
            checkFits(text.length, "a message of");
            return text;
        }
        if (what.file != null) {
            return fileContent(what.file);
        }
        byte[] content = in.readNBytes(MAX_BYTES + 1);
        if (content.length > MAX_BYTES) {
            throw usage("standard input has more than " + MAX_BYTES + " bytes, which is the longest message");
        }
        return content;
    }

    private byte[] fileContent(Path file) {
        try (InputStream content = Files.newInputStream(file)) {
            byte[] bytes = content.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw usage(file + " has " + Files.size(file) + " bytes, at most " + MAX_BYTES + " are taken");
            }
            return bytes;
        } catch (IOException e) {
            throw usage("cannot read " + file + ": " + Reasons.of(e));
        }
    }

    private void checkFits(int bytes, String what) {
        if (bytes > MAX_BYTES) {
            throw usage(what + " " + bytes + " bytes is too large, at most " + MAX_BYTES + " are taken");
        }
    }

    private ParameterException usage(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }
}

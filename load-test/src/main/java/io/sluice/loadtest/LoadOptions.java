package io.sluice.loadtest;

import io.sluice.loadtest.generator.Sizes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** How much is published and subscribed, how fast and for how long. The defaults differ from scenario to scenario. */
final class LoadOptions {
    private static final int MAX_CONNECTIONS = 10_000;
    private static final int MAX_PUBLISHERS = 1_000;
    private static final int MAX_WINDOW = 10_000_000;
    private static final long MAX_RATE = 1_000_000_000;
    private static final Duration SHORTEST = Duration.ofMillis(100);

    @Option(
            names = "--publishers",
            paramLabel = "N",
            description = "Connections that publish, 1 to 1000 (default: ${DEFAULT-VALUE}).")
    private int publishers;

    @Option(
            names = "--subscribers",
            paramLabel = "N",
            description =
                    "Connections that subscribe, 1 to 10000; repeated: a row for each (default: ${DEFAULT-VALUE}).")
    private List<Integer> subscribers;

    @Option(
            names = "--destinations",
            paramLabel = "N",
            description =
                    "Topics or queues over which publishers and subscribers are spread in turn, at most as many as "
                            + "subscribers (default: ${DEFAULT-VALUE}).")
    private int destinations = 1;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            converter = SizesConverter.class,
            description = "Size of payloads, 16 B to 64 MiB (brokers take less; Sluice 16 MiB, unless "
                    + "configured otherwise): 128, 1KiB, a range 16-1KiB, or a mixture with weights "
                    + "128*9,16KiB*1; repeated: a row for each (default: ${DEFAULT-VALUE}).")
    private List<Sizes> sizes = new Several<>(Sizes.fixed(128));

    @Option(
            names = "--rate",
            paramLabel = "N",
            description =
                    "Messages a second over all publishers, sent at intended times, from which latency counts; 0: as "
                            + "fast as the window allows (default: ${DEFAULT-VALUE}).")
    private long rate;

    @Option(
            names = "--window",
            paramLabel = "N",
            description =
                    "Messages of each publisher on their way to the slowest healthy subscriber, where there is no "
                            + "rate (default: ${DEFAULT-VALUE}).")
    private int window = 8192;

    @Option(
            names = "--no-window",
            description = "Publishers wait for nobody: what is lost is reported and does not fail (default: no).")
    private boolean noWindow;

    @Option(
            names = "--no-ceiling",
            description =
                    "Does not measure first how much the generator itself can publish (default: two seconds for each "
                            + "row).")
    private boolean noCeiling;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            converter = Span.Converter.class,
            description = "Measured time of a run, such as 5s, 500ms or 10m; seconds if no unit is given (default: "
                    + "${DEFAULT-VALUE}).")
    private Span duration = Span.ofSeconds(5);

    @Option(
            names = "--warm-up",
            paramLabel = "TIME",
            converter = Span.Converter.class,
            description = "Time of each run before that, checked and not measured (default: ${DEFAULT-VALUE}).")
    private Span warmUp = Span.ofSeconds(3);

    @Option(
            names = "--runs",
            paramLabel = "N",
            description = "Runs against each target, 1 to 1000, in turn; the results are medians (default: "
                    + "${DEFAULT-VALUE}).")
    private int runs = 3;

    LoadOptions(int publishers, int subscribers, long rate) {
        this.publishers = publishers;
        this.subscribers = new Several<>(subscribers);
        this.rate = rate;
    }

    LoadOptions lasting(Span warmUp, Span duration, int runs) {
        this.warmUp = warmUp;
        this.duration = duration;
        this.runs = runs;
        return this;
    }

    int runs() {
        return runs;
    }

    boolean ceiling() {
        return !noCeiling;
    }

    long rate() {
        return rate;
    }

    Duration duration() {
        return duration.duration();
    }

    /** @throws ParameterException if it cannot be done */
    void check(CommandSpec command) {
        checkRange(command, "--publishers", publishers, 1, MAX_PUBLISHERS);
        for (int each : subscribers) {
            checkRange(command, "--subscribers", each, 1, MAX_CONNECTIONS);
            if (destinations > each) {
                throw new ParameterException(
                        command.commandLine(),
                        "--destinations " + destinations + " is more than --subscribers " + each
                                + ": some would have none");
            }
        }
        checkRange(command, "--destinations", destinations, 1, MAX_CONNECTIONS);
        checkRange(command, "--window", window, 1, MAX_WINDOW);
        checkRange(command, "--runs", runs, 1, 1000);
        checkRange(command, "--rate", rate, 0, MAX_RATE);
        checkWindow(command);
        if (duration.duration().compareTo(SHORTEST) < 0) {
            throw new ParameterException(
                    command.commandLine(), "--duration " + duration + " is not at least " + Span.text(SHORTEST));
        }
    }

    private void checkWindow(CommandSpec command) {
        if (!command.commandLine().getParseResult().hasMatchedOption("--window")) {
            return;
        }
        if (noWindow) {
            throw new ParameterException(command.commandLine(), "--window and --no-window exclude each other");
        }
        if (rate > 0) {
            throw new ParameterException(
                    command.commandLine(),
                    "--window " + window + " has no effect beside a rate of " + rate + " messages a second");
        }
    }

    static void checkRange(CommandSpec command, String option, long value, long min, long max) {
        if (value < min || value > max) {
            throw new ParameterException(
                    command.commandLine(), option + " " + value + " is not between " + min + " and " + max);
        }
    }

    /** One for each size and number of subscribers. */
    List<Setting> settings(String scenario, boolean queue) {
        List<Setting> settings = new ArrayList<>();
        for (int each : subscribers) {
            for (Sizes size : sizes) {
                settings.add(new Setting(
                        scenario,
                        queue,
                        destinations,
                        publishers,
                        each,
                        size,
                        rate,
                        noWindow ? 0 : window,
                        warmUp.duration(),
                        duration.duration()));
            }
        }
        return settings;
    }

    /** Reads {@code --size}. */
    static final class SizesConverter implements ITypeConverter<Sizes> {
        @Override
        public Sizes convert(String text) {
            try {
                return Sizes.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }
}

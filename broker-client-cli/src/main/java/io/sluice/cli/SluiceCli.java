package io.sluice.cli;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.Slf4JLoggerFactory;
import io.sluice.client.CannotConnectException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.MutuallyExclusiveArgsException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line of Sluice's tools: finds the command, runs it, and turns every failure into one line. */
@Command(
        name = "sluice",
        synopsisSubcommandLabel = "COMMAND",
        description = "Sluice, a message broker: its command-line tools.",
        footer = {
            "",
            "Further commands:",
            "  broker      Runs the broker.",
            "  config      Says what a changed configuration would do.",
            "  load-test   Measures a broker.",
            "  version     Says which version runs, on which Java, and why.",
            "  completion  Prints the completion of commands and options for bash or zsh.",
            "",
            "The options of a command: @|bold sluice help|@ COMMAND. Where the broker is may stand in",
            "sluice/client.properties under $$XDG_CONFIG_HOME or ~/.config: host=NAME, port=NUMBER,",
            "admin=URL, token-file=FILE."
        })
public final class SluiceCli implements Callable<Integer> {
    private final Console console;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli's alone
    private StandardOptions standardOptions = new StandardOptions();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private SluiceCli(Console console) {
        this.console = console;
    }

    /** Ends the JVM with one of the exit codes that {@code --help} lists. */
    public static void main(String[] arguments) {
        silenceLibraries();
        System.exit(run(Console.ofProcess(), arguments));
    }

    /** What the libraries would log, the commands tell themselves; and a logging system takes its time to start. */
    private static void silenceLibraries() {
        System.setProperty("slf4j.provider", "org.slf4j.helpers.NOP_FallbackServiceProvider");
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        InternalLoggerFactory.setDefaultFactory(Slf4JLoggerFactory.INSTANCE);
    }

    static int run(Console console, String... arguments) {
        return run(console, System.in, Settings.file(System.getenv()), arguments);
    }

    /**
     * Runs a command.
     *
     * @param in what {@code send} may read
     * @param settings the file with the user's defaults, if there is one
     */
    static int run(Console console, InputStream in, Path settings, String... arguments) {
        Settings defaults;
        try {
            defaults = Settings.read(settings);
        } catch (CommandFailedException e) {
            console.error(e.line());
            return e.exitCode();
        }
        return new CommandLine(new SluiceCli(console))
                .addSubcommand(new ListenCommand(console))
                .addSubcommand(new SendCommand(console, in))
                .addSubcommand(new TopCommand(console))
                .addSubcommand(new CheckCommand(console))
                .addSubcommand(new DrainCommand(console))
                .addSubcommand(new ReloadCommand(console))
                .addSubcommand(new HelpCommand())
                // A message may begin with @, and a file of that name must not take its place.
                .setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setDefaultValueProvider(defaults)
                .setColorScheme(Help.defaultColorScheme(console.ansi()))
                .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
                .setErr(console.err())
                .setParameterExceptionHandler((e, args) -> usageError(e, console))
                .setExecutionExceptionHandler((e, command, parsed) -> failure(e, command.getCommandSpec(), console))
                .execute(arguments);
    }

    private static int usageError(ParameterException e, Console console) {
        CommandSpec command = e.getCommandLine().getCommandSpec();
        console.error(TerminalText.of(problem(e)) + "; see: " + command.qualifiedName() + " --help");
        return command.exitCodeOnInvalidInput();
    }

    private static String problem(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            String argument = "'" + unmatched.getUnmatched().get(0) + "'";
            if (unmatched.getCommandLine().getParent() != null) {
                return "unexpected argument " + argument;
            }
            List<String> suggestions = unmatched.getSuggestions();
            return "unknown command " + argument
                    + (suggestions.isEmpty() ? "" : ", did you mean " + suggestions.get(0) + "?");
        }
        String message = String.valueOf(e.getMessage());
        if (e instanceof MutuallyExclusiveArgsException) {
            return "these options exclude each other, or one was given twice: "
                    + message.replaceAll(".*\\[(.*)\\].*", "$1");
        }
        return message.replaceAll("is not an? (int|long)$", "is not a whole number");
    }

    private static int failure(Exception e, CommandSpec command, Console console) throws Exception {
        int exitCode;
        if (e instanceof CommandFailedException failed) {
            console.error(failed.line());
            exitCode = failed.exitCode();
        } else if (e instanceof IOException broken) {
            console.error(Reasons.of(broken));
            exitCode = e instanceof CannotConnectException ? ExitCode.CANNOT_CONNECT : ExitCode.FAILED;
        } else {
            throw e;
        }
        // A monitoring system reads other codes than everybody else: for check it is 3 whatever failed.
        boolean monitored = command.exitCodeOnInvalidInput() != ExitCode.USAGE;
        return monitored ? command.exitCodeOnInvalidInput() : exitCode;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(console.err());
        return ExitCode.USAGE;
    }
}

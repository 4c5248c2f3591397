package io.sluice.loadtest;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code sluice load-test}: finds the scenario, runs it, and turns every failure into one line. */
@Command(
        name = "sluice load-test",
        synopsisSubcommandLabel = "SCENARIO",
        description = {
            "Measures a broker: its own, which it starts, or any other at an address; also others, for comparison, in turn.",
            "",
            "Every message carries who sent it, its number and its time: what is lost, delivered twice or out of order is "
                    + "counted in every scenario and fails."
        },
        footer = {"", "The options of a scenario: @|bold sluice load-test|@ SCENARIO @|bold --help|@."})
public final class LoadTest implements Callable<Integer> {
    private final Console console;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli's alone
    private StandardOptions standardOptions = new StandardOptions();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private LoadTest(Console console) {
        this.console = console;
    }

    /** Ends the JVM with one of the exit codes that {@code --help} lists. */
    public static void main(String[] arguments) {
        // What Netty would log about the machine and about connections that break is told by the results.
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        NETTY.setLevel(Level.SEVERE);
        Console console = Console.ofProcess();
        System.exit(Interruption.guard(() -> run(console, arguments)));
    }

    // Held, as the system keeps loggers by weak references only, and with them their levels.
    private static final Logger NETTY = Logger.getLogger("io.netty");

    static int run(Console console, String... arguments) {
        int exitCode = new CommandLine(new LoadTest(console))
                .addSubcommand(new ThroughputCommand(console))
                .addSubcommand(new FanOutCommand(console))
                .addSubcommand(new QueueCommand(console))
                .addSubcommand(new LatencyCommand(console))
                .addSubcommand(new SlowSubscribersCommand(console))
                .addSubcommand(new ChurnCommand(console))
                .addSubcommand(new ConnectionsCommand(console))
                .addSubcommand(new SoakCommand(console))
                .addSubcommand(new CompareCommand())
                .addSubcommand(new GuardCommand(console))
                .addSubcommand(new HelpCommand())
                .setColorScheme(Help.defaultColorScheme(console.ansi()))
                .setOut(console.out())
                .setErr(console.err())
                .setParameterExceptionHandler((e, args) -> usageError(e, console))
                .setExecutionExceptionHandler((e, command, parsed) -> failure(e, console))
                .execute(arguments);
        return console.ended(exitCode);
    }

    private static int usageError(ParameterException e, Console console) {
        CommandSpec command = e.getCommandLine().getCommandSpec();
        console.error(problem(e) + "; see: " + command.qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private static String problem(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            String argument = "'" + unmatched.getUnmatched().get(0) + "'";
            return unmatched.getCommandLine().getParent() == null
                    ? "unknown scenario " + argument
                    : "unexpected argument " + argument;
        }
        return String.valueOf(e.getMessage()).replaceAll("is not an? (int|long)$", "is not a whole number");
    }

    private static int failure(Exception e, Console console) throws Exception {
        if (e instanceof CommandFailedException failed) {
            console.error(String.valueOf(failed.getMessage()));
            return failed.exitCode();
        }
        if (e instanceof InterruptedException) {
            console.note(Console.NOTHING_MEASURED);
            return ExitCode.INTERRUPTED;
        }
        throw e;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(console.err());
        return ExitCode.USAGE;
    }
}

package io.sluice.cli;

import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code sluice top}. */
@Command(
        name = "top",
        description = {
            "Shows what a broker does: rates, memory, destinations and subscribers, the slowest first, and why connections "
                    + "were closed. Anew every second on a terminal, where h shows the keys; elsewhere once.",
            "",
            "Colours only where standard output and error are a terminal and NO_COLOR is not set."
        })
final class TopCommand extends AdminCommand {
    @Option(
            names = {"-1", "--once"},
            description = "Print everything once, as text, and end (default: only if standard output is no terminal).")
    private boolean once;

    @Option(
            names = {"-d", "--interval"},
            paramLabel = "SECONDS",
            defaultValue = "1",
            converter = Seconds.Converter.class,
            description = "How often it is shown anew, in seconds, at least 0.1 (default: ${DEFAULT-VALUE}).")
    private Seconds interval = new Seconds(1_000_000_000L);

    @Option(
            names = {"-s", "--sort"},
            paramLabel = "ORDER",
            defaultValue = "backlog",
            description =
                    "What comes first: the greatest backlog, age of the oldest message, number of messages lost, rate, "
                            + "or by name: ${COMPLETION-CANDIDATES} in lower case (default: ${DEFAULT-VALUE}).")
    private TopSort sort = TopSort.BACKLOG;

    @Option(
            names = {"-f", "--filter"},
            paramLabel = "TEXT",
            defaultValue = "",
            description =
                    "Show only destinations and connections whose names and addresses contain this (default: all).")
    private String filter = "";

    TopCommand(Console console) {
        super(console);
    }

    @Override
    void check(CommandSpec command) {
        if (interval.ns() < 100_000_000L) {
            throw new ParameterException(command.commandLine(), "--interval is not at least 0.1");
        }
    }

    @Override
    int ask(AdminClient client, Console console) throws Exception {
        BrokerPicture first = BrokerPicture.take(client, sort, filter);
        if (once || !console.isOutTerminal()) {
            print(new TopScreen(first), console);
            return ExitCode.OK;
        }
        return ShutdownHook.guard(
                new LiveTop(client, console, new TopView(sort, filter), interval.ns(), first), console);
    }

    /** Whoever reads a pipe may leave when it has what it wanted. */
    private static void print(TopScreen screen, Console console) {
        try {
            screen.print(console.out());
        } catch (IOException e) {
            PrintFailedException failed = new PrintFailedException("standard output", e);
            if (!failed.isReaderGone()) {
                throw new CommandFailedException(ExitCode.FAILED, failed.reason());
            }
        }
    }
}

package io.sluice.loadtest;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** {@code load-test latency}. */
@Command(
        name = "latency",
        description = {
            "How long messages take at a given rate.",
            "",
            "Messages have intended times, from which latency counts: when a broker stands still, also those count that "
                    + "could not be sent meanwhile (no coordinated omission)."
        })
final class LatencyCommand extends LoadCommand {
    private static final long RATE = 10_000;

    LatencyCommand(Console console) {
        super(console, "latency", false, new LoadOptions(1, 1, RATE));
    }

    @Override
    void check(CommandSpec command) {
        super.check(command);
        if (load().rate() == 0) {
            throw new ParameterException(
                    command.commandLine(), "--rate 0 has no intended times; see throughput for as fast as possible");
        }
    }
}

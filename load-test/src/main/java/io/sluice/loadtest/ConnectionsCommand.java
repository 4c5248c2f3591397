package io.sluice.loadtest;

import io.sluice.loadtest.target.Descriptors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code load-test connections}. */
@Command(
        name = "connections",
        description = {
            "What idle connections cost a broker: all subscribe to one topic and nothing is sent, until its memory has settled; "
                    + "then broadcasts show how long one message takes to all of them.",
            "",
            "Memory is known where the process is: of a broker that is started here, or with --pid."
        })
final class ConnectionsCommand extends ScenarioCommand {
    /** For the JVM's own files, and what else is open. */
    private static final long RESERVED = 200;

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "How many, 1 to 1000000; each takes a descriptor here and one in the broker (default: "
                    + "${DEFAULT-VALUE}).")
    private int connections = 10_000;

    @Option(
            names = "--broadcasts",
            paramLabel = "N",
            description = "Messages that go to all, one after the other, 1 to 10000 (default: ${DEFAULT-VALUE}).")
    private int broadcasts = 10;

    @Option(
            names = "--runs",
            paramLabel = "N",
            description = "Runs against each target, 1 to 1000, in turn; the results are medians (default: "
                    + "${DEFAULT-VALUE}).")
    private int runs = 1;

    ConnectionsCommand(Console console) {
        super(console);
    }

    @Override
    void check(CommandSpec command) {
        LoadOptions.checkRange(command, "--connections", connections, 1, 1_000_000);
        LoadOptions.checkRange(command, "--broadcasts", broadcasts, 1, 10_000);
        LoadOptions.checkRange(command, "--runs", runs, 1, 1000);
        long allowed = Descriptors.limit();
        if (connections + RESERVED > allowed) {
            throw new ParameterException(
                    command.commandLine(),
                    "--connections " + connections + " needs " + (connections + RESERVED)
                            + " descriptors, and this process may open " + allowed
                            + ": raise the limit (ulimit -n), for the broker too");
        }
    }

    @Override
    int rounds() {
        return runs;
    }

    @Override
    void measure(Bench bench) throws InterruptedException {
        Map<String, String> setting = new LinkedHashMap<>();
        setting.put("connections", Integer.toString(connections));
        setting.put("broadcasts", Integer.toString(broadcasts));
        String title = connections + " idle connections";
        bench.row(
                new Bench.Head(title, "connections", setting, 0, false),
                Bench.NO_VARIANTS,
                new ConnectionsTrial(connections, broadcasts, bench.live()),
                runs -> List.of());
    }
}

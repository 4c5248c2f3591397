package io.sluice.loadtest;

import picocli.CommandLine.Command;

/** {@code load-test throughput}. */
@Command(
        name = "throughput",
        description = {
            "How many messages a second pass, as fast as the window allows: by default from one publisher to one subscriber "
                    + "of a topic.",
            "",
            "Latency is that of the full window, and so no measure of the broker: see latency."
        })
final class ThroughputCommand extends LoadCommand {
    ThroughputCommand(Console console) {
        super(console, "throughput", false, new LoadOptions(1, 1, 0));
    }
}
